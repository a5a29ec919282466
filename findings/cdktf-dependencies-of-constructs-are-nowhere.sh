#!/usr/bin/env bash
# cdktf 0.21.0 and cdktn 0.24.0 (both Python), 2026-11-29.
# `node.add_dependency` of a construct says that it is to be made after another. In the AWS CDK, from which the class comes, it becomes DependsOn, of a construct with several resources for each of them. Here it is taken, `node.dependencies` has it, and
# nothing of it is written: no depends_on, no error, no warning. Between two stacks it leaves no trace in the manifest, by which the command deploys them in order; `stack.add_dependency` does. `depends_on` of a resource, which does work, takes a plain
# construct too, whose `fqn` is not there, and writes an empty list.
# A service starts before the rule that lets it out, a function before its rights are there, and a stack before the one that it reads; mostly the first deployment alone fails, and now and then.
# Seen: no depends_on for the resource, for one after a group of two, and [] for depends_on=[group]; ["aws_one.first"] for depends_on=[first]; no dependencies of the stack "second" and ["stack"] of "third".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20
cat > "$folder/seen.py" <<'END_OF'
import importlib
import json
import sys
from pathlib import Path

from constructs import Construct

cdktf = importlib.import_module(sys.argv[1])
out = Path(sys.argv[2], sys.argv[1])
app = cdktf.App(outdir=str(out))
stack = cdktf.TerraformStack(app, "stack")


def resource(scope, name, **more):
    return cdktf.TerraformResource(scope, name, terraform_resource_type="aws_one", **more)


first = resource(stack, "first")
group = Construct(stack, "group")
for name in ("one", "two"):
    resource(group, name)
after_first, after_group = resource(stack, "after-first"), resource(stack, "after-group")
after_first.node.add_dependency(first)
after_group.node.add_dependency(group)
resource(stack, "told", depends_on=[first])
resource(stack, "told-group", depends_on=[group])
assert [one.node.path for one in after_first.node.dependencies] == ["stack/first"]
assert [one.node.path for one in after_group.node.dependencies] == ["stack/group"]
second, third = cdktf.TerraformStack(app, "second"), cdktf.TerraformStack(app, "third")
second.node.add_dependency(stack)
third.add_dependency(stack)
app.synth()

written = json.loads((out / "stacks/stack/cdk.tf.json").read_text())["resource"]["aws_one"]
seen = {name: body.get("depends_on") for name, body in written.items() if not name.startswith("group")}
manifest = json.loads((out / "manifest.json").read_text())["stacks"]
stacks = {name: one["dependencies"] for name, one in manifest.items()}
print(sys.argv[1], seen, stacks)
assert seen == {"first": None, "after-first": None, "after-group": None, "told": ["aws_one.first"], "told-group": []}
assert stacks == {"stack": [], "second": [], "third": ["stack"]}
assert not any(one["annotations"] for one in manifest.values())
END_OF
mkdir "$folder/out"
for package in cdktf==0.21.0 cdktn==0.24.0; do
  name=${package%%==*}
  ${PYTHON:-python3.11} -m venv "$folder/$name"
  "$folder/$name/bin/pip" install --quiet --disable-pip-version-check "$package" constructs==10.7.2 jsii==1.142.0
  "$folder/$name/bin/python" "$folder/seen.py" "$name" "$folder/out" 2> "$folder/said"
  cat "$folder/said"
  if grep -i depend "$folder/said"; then exit 1; fi
done
