#!/usr/bin/env bash
# Terraform 1.11.4 with tftest 1.8.8 (PyPI, 2026-06), Python 3.11, 2026-11-29.
# A `removed` block with destroy = false takes a resource, say a database that another team gets, out of Terraform and leaves it running. One
# expects the plan in JSON to have it among the changes, as "forget", and nowhere in what comes after. It stands in `planned_values` all the
# same, with its address and without `values`, the one entry of that kind, and `sensitive_values` is false in place of an object. Its change
# gives "delete_because_no_resource_config" as the reason, the words for a resource that is destroyed. So a reader of planned values counts a
# resource too many or fails at the missing key, and one that goes by the reason reports the loss of a database.
# Seen: planned without values; that reason; tftest lists it, and its values are a KeyError; the applied state has it no more.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tftest==1.8.8
cd "$folder"
export TF_INPUT=0
printf 'resource "terraform_data" "web" { input = 1 }\nresource "terraform_data" "database" { input = 1 }\n' > main.tf
terraform init > /dev/null
terraform apply -auto-approve > /dev/null
cat > main.tf <<'END_OF'
resource "terraform_data" "web" { input = 1 }
removed {
  from = terraform_data.database
  lifecycle { destroy = false }
}
END_OF
terraform plan -out=plan > /dev/null
terraform show -json plan > plan.json
terraform apply plan > /dev/null
terraform state list > state.txt
"$folder/venv/bin/python" - <<'END_OF'
import json

import tftest

plan = json.load(open("plan.json"))
planned = {one["address"]: one for one in plan["planned_values"]["root_module"]["resources"]}
[change] = [one for one in plan["resource_changes"] if one["address"] == "terraform_data.database"]
database = planned["terraform_data.database"]
resources = tftest.TerraformPlanOutput(plan).resources
print(database, change["change"]["actions"], change["action_reason"], open("state.txt").read().split(), sep="\n")
assert "values" in planned["terraform_data.web"] and "values" not in database
assert database["sensitive_values"] is False
assert change["change"]["actions"] == ["forget"] and change["action_reason"] == "delete_because_no_resource_config"
assert "terraform_data.database" in resources
try:
    resources["terraform_data.database"]["values"]
    raise SystemExit("the resource has values")
except KeyError:
    pass
assert open("state.txt").read().split() == ["terraform_data.web"]
END_OF
