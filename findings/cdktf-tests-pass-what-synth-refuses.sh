#!/usr/bin/env bash
# cdktf 0.21.0 and cdktn 0.24.0 (both Python), 2026-11-29.
# Both bring `Testing` for tests of a stack, and what passes there is expected to hold. Its `synth` makes the JSON of a stack that `app.synth()` refuses: a construct whose validation fails, unless a second argument asks for it, and one with an error
# annotated to it, which no argument asks for; cdktn's refusal of functions that the target versions lack is left out too. The assertion `to_have_resource_with_properties` compares lists as a whole and maps in part, and an
# expected None passes for any value, as jsii leaves it out on the way: a test that an argument is not set passes when it is. So does {} for a map with entries and for a list, and Name for name.
# A suite is green over a stack that ends the next deployment in CI, and "the database has no final snapshot, no tags, no public address" is asserted of one that has them.
# Seen: JSON from Testing.synth and a RuntimeError from app.synth() for both; True for None, {} and Name, False for a list with one member less and for another value.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20
cat > "$folder/seen.py" <<'END_OF'
import importlib
import json
import sys
from pathlib import Path

import constructs
import jsii

cdktf = importlib.import_module(sys.argv[1])
Testing = cdktf.Testing
SET = {
    "name": "web",
    "public": True,
    "ports": [80, 443],
    "tags": {"Team": "web", "Backup": "daily"},
}


@jsii.implements(constructs.IValidation)
class TooLong:
    def validate(self):
        return ["the name is too long"]


def invalid(resource):
    resource.node.add_validation(TooLong())


def annotated(resource):
    cdktf.Annotations.of(resource).add_error("never in this region")


def stack(app, change):
    made = cdktf.TerraformStack(app, "stack")
    resource = cdktf.TerraformResource(made, "one", terraform_resource_type="aws_one")
    for name, value in SET.items():
        resource.add_override(name, value)
    change(resource)
    return made


def refused(make):
    try:
        make()
    except RuntimeError as error:
        return str(error)
    return None


def of_app(change):
    app = cdktf.App(outdir=str(Path(sys.argv[2], f"{sys.argv[1]}-{change.__name__}")))
    stack(app, change)
    return refused(app.synth)


def of_testing(change, *more):
    return refused(lambda: Testing.synth(stack(Testing.app(), change), *more))


assert "the name is too long" in of_app(invalid) and "never in this region" in of_app(annotated)
assert of_testing(invalid) is None and "the name is too long" in of_testing(invalid, True)
assert of_testing(annotated) is None and of_testing(annotated, True) is None

made = Testing.synth(stack(Testing.app(), lambda resource: None))
assert json.loads(made)["resource"]["aws_one"]["one"] == SET
passes = [{"name": None}, {"public": None}, {"ports": None}, {"tags": None}, {"tags": {}}, {"ports": {}}, {"Name": "web"}]
fails = [{"name": "api"}, {"public": False}, {"ports": [80]}, {"ports": []}, {"tags": {"Team": "api"}}, {"absent": ""}]
for properties in passes + fails:
    answer = Testing.to_have_resource_with_properties(made, "aws_one", properties)
    print(sys.argv[1], properties, answer)
    assert answer == (properties in passes)
END_OF
mkdir "$folder/out"
for package in cdktf==0.21.0 cdktn==0.24.0; do
  name=${package%%==*}
  ${PYTHON:-python3.11} -m venv "$folder/$name"
  "$folder/$name/bin/pip" install --quiet --disable-pip-version-check "$package" constructs==10.7.2 jsii==1.142.0
  "$folder/$name/bin/python" "$folder/seen.py" "$name" "$folder/out"
done
