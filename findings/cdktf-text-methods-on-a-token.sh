#!/usr/bin/env bash
# cdktf 0.21.0 and cdktn 0.24.0 (both Python), 2026-11-28.
# A string that Terraform will know is marked text in Python. Methods that change its letters break
# the mark and nothing notices: synthesis ends well, and the mark itself, in capitals, is what Terraform
# is told to evaluate. It is found at the earliest when somebody plans.
# Seen: "${TFTOKEN[TOKEN.n]}" as the value in the JSON, exit code 0.
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
name = lib.TerraformVariable(stack, "name", type="string").string_value
lib.TerraformLocal(stack, "upper", name.upper())
app.synth()
found = json.loads((out / "stacks/stack/cdk.tf.json").read_text())["locals"]["upper"]
print(sys.argv[1], found)
assert found.startswith("${TFTOKEN[TOKEN.")
END
done
