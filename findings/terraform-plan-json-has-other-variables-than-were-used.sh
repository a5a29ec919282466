#!/usr/bin/env bash
# Terraform 1.11.4, 2026-11-29.
# `variables` of a plan in JSON is where a policy looks up what a plan was made with. One expects the values that the configuration saw. They are what was passed in, before Terraform made it into the type of the variable: a number
# from the command line or from TF_VAR_ is a text, the same number from a .tfvars file is a number, and so is a default, which is converted; an object that is passed in lacks the members that `optional` fills in. An ephemeral variable is left out when it has
# no default, since its value must not be kept. With a default it is there, and shows the default whatever value the plan ran with.
# A policy such as "no more than 3 replicas" compares a text with a number, and is right or wrong by the way in which the number came; a review is told that a plan used the default of a token where it did not.
# Seen: "7" from -var and TF_VAR_, 7 from a file, 5 from the default "5"; {} for an object with an optional member, of which the output is {"port": 80}; "default" for an ephemeral one that was given "other".
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > main.tf <<'END_OF'
variable "replicas" {
  type    = number
  default = "5"
}
variable "web" {
  type    = object({ port = optional(number, 80) })
  default = {}
}
variable "token" {
  type      = string
  ephemeral = true
  default   = "default"
}
variable "key" {
  type      = string
  ephemeral = true
}
check "token" {
  assert {
    condition     = var.token == "other"
    error_message = "another token"
  }
}
output "replicas" { value = var.replicas }
output "web" { value = var.web }
END_OF
export TF_INPUT=0 TF_VAR_key=key TF_VAR_token=other
terraform init > /dev/null
echo 'replicas = 7' > seven.tfvars
terraform plan -out=plan > /dev/null && terraform show -json plan > default.json
terraform plan -out=plan -var replicas=7 -var 'web={}' > /dev/null && terraform show -json plan > argument.json
terraform plan -out=plan -var-file=seven.tfvars > /dev/null && terraform show -json plan > file.json
TF_VAR_replicas=7 terraform plan -out=plan > /dev/null && terraform show -json plan > environment.json
python3 - <<'END_OF'
import json

plans = {name: json.load(open(f"{name}.json")) for name in ("default", "argument", "file", "environment")}
values = {name: {key: held["value"] for key, held in plan["variables"].items()} for name, plan in plans.items()}
used = {name: {key: held["after"] for key, held in plan["output_changes"].items()} for name, plan in plans.items()}
for name in plans:
    print(name, values[name], used[name])
    assert values[name]["token"] == "default" and "key" not in values[name]
    assert [check["status"] for check in plans[name]["checks"]] == ["pass"]
    assert used[name]["web"] == {"port": 80}
assert {name: held["replicas"] for name, held in values.items()} == {
    "default": 5, "argument": "7", "file": 7, "environment": "7"}
assert {name: held["replicas"] for name, held in used.items()} == {
    "default": 5, "argument": 7, "file": 7, "environment": 7}
assert values["argument"]["web"] == {}
END_OF
