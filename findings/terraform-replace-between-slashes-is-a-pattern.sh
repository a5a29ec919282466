#!/usr/bin/env bash
# Terraform 1.11.4, 2026-11-29.
# `replace(text, old, new)` takes `old` literally, unless it begins and ends with a slash: then what is between them is a regular
# expression, and the slashes are no part of it. Paths look just like that. "/api/" taken out of the path of a listener rule takes the letters
# "api" wherever they stand and leaves both slashes; a dot between the slashes stands for any character, and "//", to make one slash of two, matches
# between all letters. That the text comes from a variable makes no difference, so the meaning of a call depends on what somebody sets.
# Seen: "///v1" for "/api/v1" with "/", "/c/tal//" for "/capital/api", "-a-b-" for "ab" with "//" and "-".
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > main.tf <<'END_OF'
variable "prefix" { default = "/api/" }
output "path" { value = replace("/api/v1", var.prefix, "/") }
output "word" { value = replace("/capital/api", var.prefix, "/") }
output "dot" { value = replace("/logs/v1x2/", "/v1.2/", "now") }
output "twice" { value = replace("ab", "//", "-") }
output "open" { value = replace("/api/v1", "/api", "") }
END_OF
terraform plan -input=false -out=plan > /dev/null
terraform show -json plan > plan.json
python3 - <<'END_OF'
import json

outputs = json.load(open("plan.json"))["planned_values"]["outputs"]
seen = {name: output["value"] for name, output in outputs.items()}
print(seen)
assert seen == {"path": "///v1", "word": "/c/tal//", "dot": "/logs/now/", "twice": "-a-b-", "open": "/v1"}
END_OF
