#!/usr/bin/env bash
# cdktf 0.21.0 and cdktn 0.24.0 (both Python), 2026-11-28.
# Synthesis only writes JSON, so a build job for it needs no Terraform. This holds until somebody moves a
# resource: a stack with a `move_from_id` in it runs `terraform version` on the machine that synthesises and refuses
# a version under 1.5, or none at all, whatever will read the JSON later. The same `moved` block by
# add_override is not looked at. cdktn asks the machine here too, though it judges other features by `targetVersions`.
# Seen: not one call without a move; with it "failed" where Terraform is missing, "lower than" beside a stand-in
# that says 1.4.7, and the JSON beside one that says 1.5.7.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20
mkdir "$folder/node"
ln -s "$(command -v node)" "$folder/node/node"
for version in 1.4.7 1.5.7; do
    mkdir "$folder/$version"
    ln -s "$(command -v node)" "$folder/$version/node"
    printf '#!/bin/sh\necho "$@" >> "%s/calls"\necho "Terraform v%s"\n' "$folder/$version" "$version" > "$folder/$version/terraform"
    chmod +x "$folder/$version/terraform"
done
for library in cdktf==0.21.0 cdktn==0.24.0; do
    name=${library%%=*}
    ${PYTHON:-python3.11} -m venv "$folder/$name"
    "$folder/$name/bin/pip" install --quiet --disable-pip-version-check "$library" constructs==10.7.2 jsii==1.142.0
    cat > "$folder/probe.py" <<'END'
import importlib
import os
import sys
from pathlib import Path

library, machine, kind = sys.argv[1:4]
lib = importlib.import_module(library)
calls = Path(os.environ["PATH"], "calls")
calls.unlink(missing_ok=True)
app = lib.App(outdir=str(Path(os.environ["PATH"]).parent / f"{library}.{machine}.{kind}"))
stack = lib.TerraformStack(app, "stack")
new = lib.TerraformResource(stack, "new", terraform_resource_type="terraform_data")
block = {"from": "terraform_data.old", "to": "terraform_data.new"}
if kind == "move":
    new.move_from_id("terraform_data.old")
elif kind == "override":
    stack.add_override("moved", [block])
try:
    app.synth()
    answer = "done"
except RuntimeError as error:
    answer = next(line for line in str(error).splitlines() if "[stack]" in line).strip()
asked = calls.read_text().splitlines() if calls.exists() else []
print(library, "|", machine, "|", kind, "|", answer[:90], "|", asked)
expected = {
    ("node", "move"): "terraform version failed",
    ("1.4.7", "move"): "terraform version 1.4.7 is lower than the required version >=1.5",
}
assert expected.get((machine, kind), "done") in answer
assert ("version" in asked) == (kind == "move" and machine != "node")
END
    for machine in node 1.4.7 1.5.7; do
        for kind in plain override move; do
            PATH="$folder/$machine" "$folder/$name/bin/python" "$folder/probe.py" "$name" "$machine" "$kind"
        done
    done
done
