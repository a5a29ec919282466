#!/usr/bin/env bash
# cdktf 0.21.0 and cdktn 0.24.0 (both Python), 2026-11-28.
# Sorting strings that stand for values of Terraform does not sort by what they stand for, and not
# even by the order in which they were made: their text ends in a counter without leading zeros, so a
# tenth one goes before the second. The same list comes out in another order once anything else in
# the program makes one more token beforehand, and a list argument then changes in the plan although
# nobody changed it.
# Seen: of three names sorted as text, the order differs by how many tokens came before.
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
def names():
    return [
        lib.Token.as_string(lib.Fn.lower(letter), display_hint="x") for letter in ("a", "b", "c")
    ]


for count in range(12):
    lib.TerraformLocal(stack, f"at{count}", sorted(names()))
app.synth()
found = json.loads((out / "stacks/stack/cdk.tf.json").read_text())["locals"]
orders = {tuple(found[key]) for key in found}
print(sys.argv[1], len(orders), "orders of the same three names:", sorted(orders)[:3])
assert len(orders) > 1
END
done
