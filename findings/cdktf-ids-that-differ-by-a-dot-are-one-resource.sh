#!/usr/bin/env bash
# cdktf 0.21.0 and cdktn 0.24.0 (both Python), 2026-11-28.
# Two constructs of one scope may not have the same id; the second raises. The name that Terraform gets is the id without
# dots, blanks and whatever else is no letter, figure, hyphen or underscore, and for the children of a stack nothing else is in it. Ids
# made of addresses or host names so meet: 10.1.10.0 and 10.11.0.0 both end in 101100. Neither synthesis nor Terraform objects:
# the second is written over the first, argument by argument, and a resource is missing. Below a
# construct of one's own a hash of the whole path is added and keeps them apart.
# Seen: one resource with the second's value for the stack, two for the construct, exit code 0.
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

from constructs import Construct

lib = importlib.import_module(sys.argv[1])
out = Path(sys.argv[2], sys.argv[1] + ".out")
app = lib.App(outdir=str(out))
stack = lib.TerraformStack(app, "stack")


def record(scope, construct_id, value):
    resource = lib.TerraformResource(scope, construct_id, terraform_resource_type="aws_route53_record")
    resource.add_override("name", value)
    return resource

for number, address in enumerate(["net-10.1.10.0", "net-10.11.0.0"]):
    record(stack, address, number)
    record(scope, address, number) if number else record(scope := Construct(stack, "zone"), address, number)
app.synth()
found = json.loads((out / "stacks/stack/cdk.tf.json").read_text())["resource"]["aws_route53_record"]
print(sys.argv[1], {name: body["name"] for name, body in found.items()})
assert found["net-101100"]["name"] == 1
assert sorted(body["name"] for name, body in found.items() if name.startswith("zone_")) == [0, 1]
assert len(found) == 3
END
done
