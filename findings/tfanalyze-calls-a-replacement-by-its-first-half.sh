#!/usr/bin/env bash
# tfanalyze 0.5.0 (2026-07) and tf-peek 1.3.0 (2026-09), both PyPI, Python 3.11, with Terraform 1.11.4, 2026-11-29.
# Both read a plan and say in short what it does, for a review. A replacement is expected to be one, or a destroy at the least. It has two actions in the plan, in the order in which they are done, and tfanalyze looks at the first one: with
# create_before_destroy it says CREATE, and nowhere that anything is destroyed; `-e create`, which leaves out what is only new, leaves it out as well. An attribute that is not known before apply is "a -> None", as if it were taken away. What is imported
# or has another address is NOOP to tfanalyze and not there at all for tf-peek, and what is forgotten (`removed` with destroy = false, Terraform 1.7) is a KeyError within either, so that one such block takes the report of the whole plan.
# Who approves by that list lets a database, a target group or a certificate be replaced as something new beside it.
# Seen: CREATE for a resource that is replaced, DESTROY without create_before_destroy, and neither with -e create -e destroy; "output: a -> None"; replace from tf-peek, without import and move; KeyError from both for the plan with "forget".
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export TF_CLI_CONFIG_FILE=/dev/null
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tfanalyze==0.5.0 tf-peek==1.3.0
cd "$folder"
resource() {
  printf 'resource "terraform_data" "%s" {\n  %s\n  %s\n}\n' "$1" "$2" "${3:-}"
}
before='lifecycle { create_before_destroy = true }'
{
  resource first 'triggers_replace = "a"' "$before"
  resource second 'triggers_replace = "a"'
  resource changed 'input = "a"'
  resource old 'input = "a"'
  resource left 'input = "a"'
} > main.tf
terraform init > /dev/null
terraform apply -auto-approve > /dev/null
{
  resource first 'triggers_replace = "b"' "$before"
  resource second 'triggers_replace = "b"'
  resource changed 'input = "b"'
  resource new 'input = "a"'
  resource taken ''
  printf 'moved {\n  from = terraform_data.old\n  to = terraform_data.new\n}\nimport {\n  id = "one"\n  to = terraform_data.taken\n}\n'
} > main.tf
cp main.tf common
resource left 'input = "a"' >> main.tf
terraform plan -out=kept > /dev/null
cp common main.tf
printf 'removed {\n  from = terraform_data.left\n  lifecycle {\n    destroy = false\n  }\n}\n' >> main.tf
terraform plan -out=forgets > /dev/null
for plan in kept forgets; do terraform show -json $plan > $plan.json; done
cat > seen.py <<'END_OF'
import json
import re
import subprocess


def run(*command):
    ran = subprocess.run([f"venv/bin/{command[0]}", *command[1:]], capture_output=True, text=True)
    said = re.sub(r"\x1b\[[0-9;]*m", "", ran.stdout)
    return ran.returncode, said, ran.stderr


def actions(*more):
    code, said, _ = run("tfanalyze", *more, "kept")
    assert code == 0
    return {address.removeprefix("terraform_data."): word for word, address in re.findall(r"^([A-Z]+) (\S+)", said, re.MULTILINE)}, said


planned = {change["name"]: change["change"]["actions"] for change in json.load(open("kept.json"))["resource_changes"]}
assert planned["first"] == ["create", "delete"] and planned["second"] == ["delete", "create"]
seen, said = actions()
print(seen)
assert seen == {"first": "CREATE", "second": "DESTROY", "changed": "UPDATE", "new": "NOOP", "taken": "NOOP", "left": "NOOP"}
assert "output: a -> None" in said
less, _ = actions("-e", "create", "-e", "destroy")
assert less == {"changed": "UPDATE", "new": "NOOP", "taken": "NOOP", "left": "NOOP"}

code, report, _ = run("tf-peek", "kept.json")
assert code == 0 and "forces replacement" in report and "terraform_data.first" in report
assert not any(word in report for word in ("terraform_data.new", "terraform_data.taken", "mported", "oved from"))
for tool, plan in (("tfanalyze", "forgets"), ("tf-peek", "forgets.json")):
    code, report, error = run(tool, plan)
    print(tool, plan, code, error.strip().splitlines()[-1])
    assert code == 1 and not report and re.search("KeyError: 'forget'", error, re.IGNORECASE)
END_OF
venv/bin/python seen.py
