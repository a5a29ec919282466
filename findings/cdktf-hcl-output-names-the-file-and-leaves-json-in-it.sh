#!/usr/bin/env bash
# cdktf 0.21.0 and cdktn 0.24.0 (both Python), with Terraform 1.11.4 on the PATH, 2026-11-29.
# `App(hcl_output=True)` writes a stack as HCL, one expects. It names the file only: cdk.tf, with Terraform JSON in it, which Terraform refuses at the first brace, while synthesis ends well and the manifest has that file. What is in the file is decided by
# the variable SYNTH_HCL_OUTPUT, which the command sets for `synth --hcl`, and the app reads "true" alone while the stack reads "1" as well: with 1 there is HCL in a file called cdk.tf.json. With "true" the two agree, and not every text is written as one:
# quotation marks are escaped in a plain text and not in one with a reference in it, as a policy by json.dumps has; line breaks and backslashes never are, so that a path C:\new has a line break in it. An override of `terraform` is a line `0 = "required_version"`.
# Whoever runs the program without the command, in a test or a build, has an output that looks finished and is not; with the command, one policy stops all that is in the stack, and a pattern for log lines is another without a word.
# Seen: JSON in cdk.tf for hcl_output, refused; HCL in cdk.tf.json for 1, refused; HCL in cdk.tf for true, which plans a text with quotation marks as it is, C:\new with a line break, and is refused with a policy, a line break or the override; the JSON of all is right.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20 TF_CLI_CONFIG_FILE=/dev/null
unset SYNTH_HCL_OUTPUT
cat > "$folder/synth.py" <<'END_OF'
import importlib
import json
import sys

cdktf = importlib.import_module(sys.argv[1])
kind = sys.argv[3]
app = cdktf.App(outdir=sys.argv[2], **({"hcl_output": True} if "argument" in sys.argv[4:] else {}))
stack = cdktf.TerraformStack(app, "stack")
region = cdktf.TerraformVariable(stack, "region", type="string", default="eu-central-1").string_value
TEXTS = {"quotes": 'says "ready"', "policy": json.dumps({"region": region}), "break": "one\ntwo", "path": r"C:\new"}
one = cdktf.TerraformResource(stack, "one", terraform_resource_type="terraform_data")
one.add_override("input", TEXTS.get(kind, "plain"))
if kind == "version":
    stack.add_override("terraform.required_version", ">= 1.5")
app.synth()
END_OF
cat > "$folder/seen.py" <<'END_OF'
import json
import os
import subprocess
import sys

package, python, folder = sys.argv[1:]


def synthesised(kind, *more, **environment):
    out = f"{folder}/{package}-{kind}-{'-'.join([*more, *environment.values()])}"
    command = [python, f"{folder}/synth.py", package, out, kind, *more]
    subprocess.run(command, env=os.environ | environment, check=True, stderr=subprocess.DEVNULL)
    stack = json.load(open(f"{out}/manifest.json"))["stacks"]["stack"]
    path = f"{out}/{stack['synthesizedStackPath']}"
    language = "JSON" if open(path).read(1) == "{" else "HCL"
    seen = os.path.basename(path), language, planned(os.path.dirname(path))
    print(package, kind, more, environment, seen)
    return seen


def planned(at):
    for words in (["init"], ["plan", "-out=plan"], ["show", "-json", "plan"]):
        ran = subprocess.run(["terraform", f"-chdir={at}", *words], capture_output=True, text=True)
        if ran.returncode:
            return None
    return json.loads(ran.stdout)["planned_values"]["root_module"]["resources"][0]["values"]["input"]


RIGHT = {"plain": "plain", "quotes": 'says "ready"', "policy": '{"region": "eu-central-1"}', "break": "one\ntwo", "path": r"C:\new", "version": "plain"}
IN_HCL = RIGHT | {"policy": None, "break": None, "path": "C:\new", "version": None}
for kind, text in RIGHT.items():
    assert synthesised(kind) == ("cdk.tf.json", "JSON", text)
    assert synthesised(kind, SYNTH_HCL_OUTPUT="true") == ("cdk.tf", "HCL", IN_HCL[kind])
assert synthesised("plain", "argument") == ("cdk.tf", "JSON", None)
assert synthesised("plain", SYNTH_HCL_OUTPUT="1") == ("cdk.tf.json", "HCL", None)
END_OF
for package in cdktf==0.21.0 cdktn==0.24.0; do
  name=${package%%==*}
  ${PYTHON:-python3.11} -m venv "$folder/$name"
  "$folder/$name/bin/pip" install --quiet --disable-pip-version-check "$package" constructs==10.7.2 jsii==1.142.0
  python3 "$folder/seen.py" "$name" "$folder/$name/bin/python" "$folder"
done
