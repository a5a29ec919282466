#!/usr/bin/env bash
# cdktf 0.21.0 and cdktn 0.24.0 (both Python), 2026-11-28.
# The hash of a TerraformAsset is there to tell that its content changed. Of a directory it is the hash of
# all contents one after the other, in the order of the names and without the names: rename a module, move a
# line from the end of one to the start of the next, put all in one file, and the archive is another while its
# hash, and its path in the output which has the hash in it, stay as they were; a plan that goes by them
# sees no change. cdktn has a context that mends it, `canonicalAssetHashes`, and it is off by default; cdktf
# has none. Seen: one path for four directories; four with the context, in cdktn alone.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20
for library in cdktf==0.21.0 cdktn==0.24.0; do
    name=${library%%=*}
    ${PYTHON:-python3.11} -m venv "$folder/$name"
    "$folder/$name/bin/pip" install --quiet --disable-pip-version-check "$library" constructs==10.7.2 jsii==1.142.0
    "$folder/$name/bin/python" - "$name" "$folder" <<'END'
import importlib
import sys
from pathlib import Path

lib = importlib.import_module(sys.argv[1])
base = Path(sys.argv[2], sys.argv[1] + ".files")
directories = {
    "first": {"get.py": "a = 1\nb = 2\n", "put.py": "c = 3\n"},
    "renamed": {"list.py": "a = 1\nb = 2\n", "put.py": "c = 3\n"},
    "moved": {"get.py": "a = 1\n", "put.py": "b = 2\nc = 3\n"},
    "joined": {"get.py": "a = 1\nb = 2\nc = 3\n"},
}
for name, files in directories.items():
    (base / name).mkdir(parents=True)
    for file, content in files.items():
        (base / name / file).write_text(content)


def paths(context):
    made = {}
    for name in directories:
        app = lib.App(outdir=str(base / "out"), context=context)
        stack = lib.TerraformStack(app, "stack")
        asset = lib.TerraformAsset(stack, "code", path=str(base / name), type=lib.AssetType.ARCHIVE)
        assert asset.asset_hash in asset.path
        made[name] = asset.path
    print(sys.argv[1], context, made)
    return len(set(made.values()))


assert paths(None) == 1
assert paths({"canonicalAssetHashes": "true"}) == (4 if sys.argv[1] == "cdktn" else 1)
END
done
