#!/usr/bin/env bash
# Terraform 1.11.4, 2026-11-29.
# The workspace is chosen with `terraform workspace select`, or by TF_WORKSPACE in a build. A name that does not exist is refused by the command, which asks to make it first, and so the variable is expected to be refused too. It
# makes the workspace, empty, without a word, for whatever command comes first. With a slip in the name the plan is to make everything anew, apply does it, `output -json` has {} and exit code 0, and `destroy`
# is "complete", 0 destroyed. `show` and `init` do the same, and so does a `state list`, which only fails to find anything; the folder of the new workspace stays, so that the command then takes the wrong name as well.
# A pipeline that destroys the environment of a branch so ends green and leaves all of it running, and one that reads outputs goes on with none.
# Seen: select prdo: 1; TF_WORKSPACE=prdo: plan 2, output {} and 0, destroy 0, and prdo in the list, which then can be selected; the resource of prod still there.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export TF_INPUT=0
cat > main.tf <<'END_OF'
resource "terraform_data" "web" { input = terraform.workspace }
output "web" { value = terraform_data.web.output }
END_OF
terraform init > /dev/null
terraform workspace new prod > /dev/null
terraform apply -auto-approve > /dev/null

code() {
  local ended=0
  "$@" > said 2>&1 || ended=$?
  echo "$ended"
}
selected=$(code terraform workspace select prdo)
grep -q 'doesn.t exist' said
export TF_WORKSPACE=prdo
planned=$(code terraform plan -detailed-exitcode)
grep -q '1 to add' said
outputs=$(terraform output -json)
destroyed=$(code terraform destroy -auto-approve)
grep -q 'Destroy complete! Resources: 0 destroyed' said
unset TF_WORKSPACE
later=$(code terraform workspace select prdo)
terraform workspace select prod > /dev/null
left=$(terraform state list)
echo "select $selected, plan $planned, outputs $outputs, destroy $destroyed, select after it $later, left in prod: $left"
[ "$selected $planned $outputs $destroyed $later $left" = "1 2 {} 0 0 terraform_data.web" ]
