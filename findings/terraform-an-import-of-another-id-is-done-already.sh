#!/usr/bin/env bash
# Terraform 1.11.4, 2026-11-29.
# An `import` block says which object stands at an address. Once it has been applied it may stay, and does nothing more. With another id in it, since the first was the wrong one of two, it is expected to be an error, as it is from
# the command `terraform import`, or to be planned. It is neither: Terraform looks only whether the address has an object, and says "No changes. Your infrastructure matches the configuration". So it does for two that were taken for each
# other and whose ids are changed over, while an empty id is refused. The plan in JSON does not have the id of the block.
# Whoever corrects the id, reviews the diff and applies it has the wrong object in the state as before, and all later changes, a destroy among them, go to that.
# Seen: "No changes" and exit code 0 of -detailed-exitcode, the first ids in the state, no "importing" in the plan and not a word of the new ids; "Resource already managed by Terraform" from the command.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export TF_CLI_ARGS=-no-color
written() {
  cat > main.tf <<END_OF
resource "terraform_data" "web" {}
resource "terraform_data" "api" {}
import {
  to = terraform_data.web
  id = "$1"
}
import {
  to = terraform_data.api
  id = "$2"
}
END_OF
}
ids() {
  terraform show -json | python3 -c 'import json, sys
state = json.load(sys.stdin)["values"]["root_module"]["resources"]
print(*sorted(one["name"] + "=" + one["values"]["id"] for one in state))'
}
written vpc-1 vpc-2
terraform init > /dev/null
terraform apply -auto-approve > said 2>&1
grep -q '2 imported' said
[ "$(ids)" = "api=vpc-2 web=vpc-1" ]
for other in "vpc-2 vpc-1" "vpc-3 vpc-4"; do
  # shellcheck disable=SC2086
  written $other
  terraform plan -detailed-exitcode -out=plan > said 2>&1
  grep 'No changes' said
  terraform show -json plan > plan.json
  if grep 'importing\|vpc-3\|vpc-4' plan.json; then exit 1; fi
  terraform apply -auto-approve > said 2>&1
  grep -q 'Resources: 0 added, 0 changed, 0 destroyed' said
  ids
  [ "$(ids)" = "api=vpc-2 web=vpc-1" ]
done
written "" vpc-2
if terraform plan > said 2>&1; then exit 1; fi
grep -q 'import ID value evaluates to an empty string' said
written vpc-1 vpc-2
if terraform import terraform_data.web vpc-3 > said 2>&1; then exit 1; fi
grep 'Resource already managed by Terraform' said
