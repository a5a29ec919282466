#!/usr/bin/env bash
# cdktf 0.21.0 and cdktn 0.24.0 (both Python), 2026-11-28.
# `add_override` replaces a text, a number and a map's entry, and adds to a list: the way out for an argument that the
# construct sets wrongly leaves the wrong members in place. Only a path with the index replaces one, and where
# no list is yet the index makes a map with the key "0". A key with dots has no path at all: the escape of the AWS
# CDK, app\.kubernetes\.io, makes maps in maps with backslashes in their keys. None of it is an error.
# Seen: the three members of [input, output] overridden by [id]; "0" as a key; "app\\" as a key.
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
import json
import sys
from pathlib import Path

lib = importlib.import_module(sys.argv[1])
out = Path(sys.argv[2], sys.argv[1] + ".out")
app = lib.App(outdir=str(out))
stack = lib.TerraformStack(app, "stack")


def resource(name, path, value):
    kept = lib.TerraformResourceLifecycle(ignore_changes=["input", "output"], prevent_destroy=True)
    made = lib.TerraformResource(stack, name, terraform_resource_type="terraform_data", lifecycle=kept)
    made.add_override(path, value)


resource("plain", "lifecycle.prevent_destroy", False)
resource("whole", "lifecycle.ignore_changes", ["id"])
resource("member", "lifecycle.ignore_changes.0", "id")
resource("absent", "provisioner.0.local-exec.command", "true")
resource("dots", "input.app\\.kubernetes\\.io/name", "web")
app.synth()
found = json.loads((out / "stacks/stack/cdk.tf.json").read_text())["resource"]["terraform_data"]
for name, made in found.items():
    print(sys.argv[1], name, {key: value for key, value in made.items() if key != "//"})
assert found["plain"]["lifecycle"]["prevent_destroy"] is False
assert found["whole"]["lifecycle"]["ignore_changes"] == ["input", "output", "id"]
assert found["member"]["lifecycle"]["ignore_changes"] == ["id", "output"]
assert found["absent"]["provisioner"] == {"0": {"local-exec": {"command": "true"}}}
assert found["dots"]["input"] == {"app\\": {"kubernetes\\": {"io/name": "web"}}}
END
done
