#!/usr/bin/env bash
# Terraform 1.11.4, 2026-11-28.
# In Terraform JSON every text is a template, so that a dollar before a brace is doubled to write it as
# it is. The default of a variable is the exception: it is taken to the letter, and a tool that escapes
# all texts of a document the same way changes it. `$${name}` has one dollar as an output or a
# local, and two as a default.
# Seen: the same text in both places, "${name}" from the local and "$${name}" from the variable.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > main.tf.json <<'END'
{"variable": {"greeting": {"default": "$${name} %%{if}"}},
 "locals": {"greeting": "$${name} %%{if}"},
 "output": {"variable": {"value": "${var.greeting}"}, "local": {"value": "${local.greeting}"}}}
END
terraform init -input=false >/dev/null 2>&1
terraform plan -input=false -no-color 2>/dev/null | grep -E "^ +\+ (variable|local)" | tee screen
grep -qF "+ local    = \"\${name} %{if}\"" screen || grep -qF "+ local    = \"\$\${name} %%{if}\"" screen
grep -E "local|variable" screen | sed "s/.*= //" | sort -u | wc -l | grep -qx 2
