#!/usr/bin/env bash
# cdktf 0.21.0 and cdktn 0.24.0 (both Python), 2026-11-28.
# A construct with the id "Default" does not appear in the names of what is below it, a custom that came from the AWS CDK with the
# tree. The path stays unique, the name does not: a resource "web" beside a construct "Default" that has a "web" in it gets the
# same address, at any depth, the hash included, and the two become one without a word. The AWS CDK
# refuses that; here `override_logical_id` with a name that is taken does the same.
# Seen: of two resources in a scope, one; of two with the same logical id, one; the later one's value each time.
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

scope = Construct(stack, "site")
record(scope, "web", "first")
record(Construct(scope, "Default"), "web", "second")
record(stack, "a", "third")
record(stack, "b", "fourth").override_logical_id("a")
app.synth()
found = json.loads((out / "stacks/stack/cdk.tf.json").read_text())["resource"]["aws_route53_record"]
print(sys.argv[1], {name: body["name"] for name, body in found.items()})
assert sorted(body["name"] for body in found.values()) == ["fourth", "second"]
END
done
