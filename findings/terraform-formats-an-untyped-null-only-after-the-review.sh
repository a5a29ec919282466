#!/usr/bin/env bash
# Terraform 1.11.4, 2026-11-29.
# `format("web-%s", var.suffix)` where the suffix is null is an error, "null value cannot be formatted", if the variable has the type string. Without a type, `variable "suffix" { default = null }`, which looks the same, it is no error and no text: the
# result is unknown, and the plan has "(known after apply)", as if some resource had yet to make it. So has a literal null. There is nothing to be known later: apply begins, and stops at the resource with "configuration still contains
# unknown values" and the advice to report a bug in Terraform. What stands before it in the order has been made by then.
# Neither the plan nor a review of it in JSON shows anything wrong; a check or a policy that looks at a name or tag finds an unknown one and lets it pass, as it must for those that are made by AWS.
# Seen: exit code 0 of the plan and after_unknown for the name, 1 of its apply, with the other resource made; 1 of the plan with the type.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > main.tf <<'END_OF'
variable "suffix" { default = null }
resource "terraform_data" "first" { input = 1 }
resource "terraform_data" "web" {
  input      = { name = format("web-%s", var.suffix), port = 80 }
  depends_on = [terraform_data.first]
}
END_OF
terraform init > /dev/null
terraform plan -out=plan > /dev/null
terraform show -json plan > plan.json
applied=0
terraform apply plan > said 2>&1 || applied=$?
grep -q "still contains unknown values during" said
made=$(terraform state list | tr '\n' ' ')
sed -i 's/^variable .*/variable "suffix" {\n  type    = string\n  default = null\n}/' main.tf
typed=0
terraform plan > said 2>&1 || typed=$?
grep -q "null value" said
echo "plan 0, apply $applied, made: $made, plan with a type $typed"
[ "$applied" = 1 ] && [ "$made" = "terraform_data.first " ] && [ "$typed" = 1 ]
python3 - <<'END_OF'
import json

changes = {change["address"]: change["change"] for change in json.load(open("plan.json"))["resource_changes"]}
web = changes["terraform_data.web"]
print(web["after"], web["after_unknown"])
assert web["after"]["input"] == {"port": 80}
assert web["after_unknown"]["input"] == {"name": True}
END_OF
