#!/usr/bin/env bash
# cdktf 0.21.0 and cdktn 0.24.0 (both Python), 2026-11-28.
# A number that is known only to Terraform is a float in Python, an encoded one of about -1.9e289. At
# that size adding one, or halving nothing, changes no bit, so `number + 1` still decodes to the
# reference: the arithmetic is dropped without a word. Formatting it writes three hundred digits into the
# JSON instead. Strings and lists of that kind are guarded against such use; numbers are not.
# Seen: `${var.size}` for size, size + 1 and size - 1024; digits for "%d" % size.
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
size = lib.TerraformVariable(stack, "size", type="number").number_value
lib.TerraformLocal(stack, "plain", size)
lib.TerraformLocal(stack, "plus", size + 1)
lib.TerraformLocal(stack, "minus", size - 1024)
lib.TerraformLocal(stack, "text", "%d GiB" % size)
app.synth()
found = json.loads((out / "stacks/stack/cdk.tf.json").read_text())["locals"]
print(sys.argv[1], {key: str(value)[:24] for key, value in found.items()})
assert found["plain"] == found["plus"] == found["minus"] == "${var.size}"
assert "var.size" not in found["text"] and len(found["text"]) > 250
END
done
