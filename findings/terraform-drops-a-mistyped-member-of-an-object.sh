#!/usr/bin/env bash
# Terraform 1.11.4, 2026-11-29.
# A variable that does not exist is an error with -var and a warning from a .tfvars file, and a resource refuses an argument that it does not know. So a member with a slip in its name is expected to be refused in a variable of the
# type object as well. It is dropped, without an error or a warning, wherever the value comes from, and one that is `optional` takes its default: { prot = 8080 } is port 80. Capitals are a slip, too. In a map of objects, where one
# entry stands for a service, nothing else of the entry tells.
# `validation` cannot find it, since it sees the value after that. Only `variables` of the plan in JSON, which has what was passed in, still shows the slip; no command does.
# Seen: port 80 for prot and Port, and for an entry of a map, from a file and from -var, without a word on stderr or "Warning" on stdout; an error for the argument of a resource; a warning for the variable.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > main.tf <<'END_OF'
variable "web" { type = object({ port = optional(number, 80) }) }
variable "services" { type = map(object({ port = optional(number, 80), image = string })) }
output "web" { value = var.web }
output "services" { value = var.services }
END_OF
cat > slips.tfvars <<'END_OF'
web      = { prot = 8080 }
services = { api = { Port = 8080, image = "api" } }
END_OF
export TF_CLI_ARGS="-no-color"
terraform init > /dev/null
planned() {
  terraform plan -out=plan "$@" > said 2> errors
  ! grep -q "Warning" said && ! grep -v 'CLI configuration\|^[│╷╵]\|^$' errors || return 1
  terraform show -json plan 2> errors | python3 -c 'import json, sys; plan = json.load(sys.stdin)
print(json.dumps({name: change["after"] for name, change in plan["output_changes"].items()}, sort_keys=True), json.dumps(plan["variables"]["web"]))'
}
file=$(planned -var-file=slips.tfvars)
argument=$(planned -var 'web={prot=8080}' -var 'services={api={Port=8080,image="api"}}')
echo "$file"
echo "$argument"
wanted='{"services": {"api": {"image": "api", "port": 80}}, "web": {"port": 80}}'
passed='{"value": {"prot": 8080}}'
[ "$file" = "$wanted $passed" ] && [ "$argument" = "$wanted $passed" ]
echo 'prot = 8080' >> slips.tfvars
terraform plan -var-file=slips.tfvars > said 2>&1
grep -q 'Value for undeclared variable' said
echo 'resource "terraform_data" "web" { inputs = 1 }' > web.tf
if terraform validate > said 2>&1; then exit 1; fi
grep -q 'Unsupported argument' said
