#!/usr/bin/env bash
# cdktf 0.21.0 and cdktn 0.24.0 (both Python), 2026-11-28.
# None does not become null. It leaves the list that it stands in, so that what comes after moves up
# (of `coalesce`, `element` or a list that belongs to another by position, the meaning changes), and it
# leaves an object, also the argument of `Fn.jsonencode`, where Terraform's own jsonencode keeps it.
# Seen: [1, None, 2] is [1, 2]; {"a": None, "b": 1} is {"b": 1}, in values and in jsonencode.
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
lib.TerraformLocal(stack, "list", [1, None, 2])
lib.TerraformLocal(stack, "object", {"a": None, "b": 1})
lib.TerraformLocal(stack, "text", lib.Fn.jsonencode({"a": None, "b": 1}))
app.synth()
found = json.loads((out / "stacks/stack/cdk.tf.json").read_text())["locals"]
print(sys.argv[1], found)
assert found["list"] == [1, 2]
assert found["object"] == {"b": 1}
assert found["text"] == "${jsonencode({\"b\" = 1})}"
END
done
