#!/usr/bin/env bash
# Terraform 1.11.4, 2026-11-28.
# -target and -replace take the address of a resource, and one that is nowhere, neither in the configuration nor in the state, is no error.
# With -target the plan is empty, "Your infrastructure matches the configuration", exit code 0 of -detailed-exitcode, while two
# resources of the configuration are not even made; the warning that comes with every -target says nothing about the address. With
# -replace there is no warning at all: the plan is that without the option, so what should have been made anew stays.
# Seen: nothing planned and 0 for each of a mistyped name, an index too high and a module that is not there; -replace alike.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"resource": {"terraform_data": {"web": {"input": 1}, "jobs": {"input": 2}}}}' > main.tf.json
terraform init -input=false >/dev/null 2>&1
plan() {
    code=0
    terraform plan -input=false -no-color -detailed-exitcode "$@" > out 2>err || code=$?
    echo "$code $* $(grep -c 'matches the configuration' out) $(cat out err | grep -c 'Warning: [^U]')"
}
{
    plan
    plan -target=terraform_data.wbe
    plan -target='terraform_data.web[5]'
    plan -target=module.shop
    terraform apply -input=false -auto-approve >/dev/null 2>&1
    plan -replace=terraform_data.web
    plan -replace=terraform_data.wbe
    plan -replace='terraform_data.web[0]'
} > answers
cat answers
diff answers - <<'END'
2  0 0
0 -target=terraform_data.wbe 1 1
0 -target=terraform_data.web[5] 1 1
0 -target=module.shop 1 1
2 -replace=terraform_data.web 0 0
0 -replace=terraform_data.wbe 1 0
0 -replace=terraform_data.web[0] 1 0
END
