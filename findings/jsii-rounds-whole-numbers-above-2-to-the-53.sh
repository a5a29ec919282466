#!/usr/bin/env bash
# jsii 1.142.0 with cdktf 0.21.0 and cdktn 0.24.0 (both Python), 2026-11-28.
# Python's whole numbers have no limit and neither have Terraform's, but between them lies a
# JavaScript process: a whole number above 2 to the 53rd is rounded on the way, without an error. An
# account number as a number survives (12 digits), a serial number, a snowflake id or 2**63 - 1 does not.
# Seen: 9007199254740993 is written as 9007199254740992, and 2**63 - 1 as 9223372036854776000.
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
lib.TerraformLocal(stack, "odd", 2**53 + 1)
lib.TerraformLocal(stack, "long", 2**63 - 1)
app.synth()
found = json.loads((out / "stacks/stack/cdk.tf.json").read_text())["locals"]
print(sys.argv[1], found)
assert found == {"odd": 9007199254740992, "long": 9223372036854776000}
END
done
