#!/usr/bin/env bash
# Terraform 1.11.4, 2026-11-28.
# `plan -out` that fails still writes its file, over the good one of the last run. `show` of it ends with 0, in JSON
# it has resource_changes and planned_values like any other, and what failed is not marked in them: it is
# missing, with all that depends on it, so that it reads like a smaller plan. The error stands nowhere; `errored`, with
# `complete` and `applyable`, is the one sign. A pipeline with the two commands joined by `;`, or one that
# goes on to show the plan after a failure, reviews half of it.
# Seen: exit code 1, a new file; two of four resources in it, errored true; `apply` refuses it.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > main.tf.json <<'END'
{"variable": {"size": {"type": "string", "default": "2"}},
 "resource": {"terraform_data": {
   "network": {"input": "10.0.0.0/16"},
   "database": {"input": "${terraform_data.network.id}"},
   "service": {"input": "${tonumber(var.size)}"},
   "alarm": {"input": "${terraform_data.service.id}"}}}}
END
terraform init -input=false >/dev/null 2>&1
terraform plan -input=false -out=plan >/dev/null 2>&1
terraform show -json plan > good.json 2>/dev/null
code=0
terraform plan -input=false -no-color -var size=many -out=plan >/dev/null 2>words || code=$?
grep 'Invalid function argument' words
terraform show -json plan > plan.json 2>/dev/null
python3 - "$code" <<'END'
import json
import sys

text = open("plan.json").read()
plan, good = json.loads(text), json.load(open("good.json"))
changes, before = (sorted(change["address"] for change in each["resource_changes"]) for each in (plan, good))
signs = {key: plan[key] for key in ("errored", "complete", "applyable")}
print("before:", before)
print("plan ended with", sys.argv[1], "- changes:", changes, signs)
assert sys.argv[1] == "1" and len(before) == 4
assert plan["variables"]["size"]["value"] == "many"
assert changes == ["terraform_data.database", "terraform_data.network"]
assert signs == {"errored": True, "complete": False, "applyable": False}
assert not {"diagnostics", "errors", "checks"} & set(plan) and "Invalid" not in text
END
terraform apply -input=false -no-color plan >/dev/null 2>refusal || grep 'Cannot apply incomplete plan' refusal
grep -q 'Cannot apply incomplete plan' refusal
