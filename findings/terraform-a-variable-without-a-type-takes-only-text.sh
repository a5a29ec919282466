#!/usr/bin/env bash
# Terraform 1.11.4, 2026-11-29.
# A variable without `type` takes a value of any type, as one with `type = any` does, and a file of variables gives both the same value. The same is expected of -var and TF_VAR_... But there the type says how the text is to be
# read: for `any` it is an expression, and for no type at all it is the text as it stands. A list stays a text in brackets, null is the word "null", and a quoted text keeps its quotes. The other way round `any` reads the tag 1.10 as
# the number 1.1, and the bare name of a region is an error.
# It matters to what passes its values by the environment, as CI does: a variable that was null by default and gets TF_VAR_zone=null has a zone called "null", and a missing `type`, in JSON as in HCL, changes the value without a word.
# Seen, for [80,443], null, 1.10 and "eu": texts of eight, four, four and four characters without a type; a list, null, 1.1 and eu with any; no difference from a file; "Variables not allowed" for a bare eu-central-1 with any.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > main.tf.json <<'END_OF'
{
  "variable": {"none": {}, "any": {"type": "any"}},
  "output": {"none": {"value": "${jsonencode(var.none)}"}, "any": {"value": "${jsonencode(var.any)}"}}
}
END_OF
cat > seen.py <<'END_OF'
import json
import os
import subprocess

given = ["[80,443]", "null", "1.10", '"eu"']


def terraform(*command, **more):
    return subprocess.run(["terraform", *command], capture_output=True, text=True, env={**os.environ, **more})


def planned(*arguments, **variables):
    ran = terraform("plan", "-no-color", "-input=false", "-out=plan", *arguments, **variables)
    assert ran.returncode == 0, ran.stderr
    outputs = json.loads(terraform("show", "-json", "plan").stdout)["planned_values"]["outputs"]
    return [json.loads(outputs[name]["value"]) for name in ("none", "any")]


assert terraform("init").returncode == 0
seen = {}
for text in given:
    argument = planned("-var", f"none={text}", "-var", f"any={text}")
    environment = planned(TF_VAR_none=text, TF_VAR_any=text)
    with open("file.tfvars", "w") as file:
        file.write(f"none = {text}\nany = {text}\n")
    seen[text] = argument
    from_file = planned("-var-file=file.tfvars")
    print(text, "-var:", argument, "file:", from_file)
    assert environment == argument and from_file == [argument[1]] * 2
bare = terraform("plan", "-no-color", "-input=false", TF_VAR_none="eu-central-1", TF_VAR_any="eu-central-1")
assert bare.returncode == 1 and "Variables not allowed" in bare.stderr and "var.any" in bare.stderr, bare.stderr
assert seen == {
    "[80,443]": ["[80,443]", [80, 443]],
    "null": ["null", None],
    "1.10": ["1.10", 1.1],
    '"eu"': ['"eu"', "eu"],
}
END_OF
python3 seen.py
