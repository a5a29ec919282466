#!/usr/bin/env bash
# Terraform 1.11.4, 2026-11-29.
# `4 / 0` is an error in almost every language whose numbers are not floating-point ones, and Terraform's are not. It has the value +Inf here, and goes on: min(4 / 0, 10) is 10, it is greater than anything, in a text it is
# "+Inf", and `try(4 / 0, 1)`, written for the case that there is nothing to divide by, never takes its second value. `4 % 0` is 4, so that `index % length(list)` is no error for an empty list either. Only 0 / 0 is the error that was expected.
# Where the number itself has to be written Terraform fails with words about JSON: an output of it, and jsonencode.
# A share per zone or per node, such as "tasks / zones, at most ten", so is ten where the list of zones is empty, as it is when a data source finds nothing, and a name or tag has "+Inf" in it.
# Seen: 10, true, "+Inf per zone", also behind try, and 4, in a plan without an error; errors for 0 / 0 and jsonencode.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > main.tf <<'END_OF'
variable "zones" {
  type    = list(string)
  default = []
}
locals { share = 4 / length(var.zones) }
output "least" { value = min(local.share, 10) }
output "above" { value = local.share > 1000000 }
output "text" { value = "${local.share} per zone" }
output "tried" { value = "${try(4 / length(var.zones), 1)} per zone" }
output "rest" { value = 4 % length(var.zones) }
output "can" { value = [can(4 / length(var.zones)), can(0 / length(var.zones)), can(jsonencode(local.share))] }
END_OF
terraform init > /dev/null
terraform plan -out=plan > /dev/null
terraform show -json plan > plan.json
python3 - <<'END_OF'
import json

seen = {name: change["after"] for name, change in json.load(open("plan.json"))["output_changes"].items()}
print(seen)
text = "+Inf per zone"
assert seen == {"least": 10, "above": True, "text": text, "tried": text, "rest": 4, "can": [True, False, False]}
END_OF
