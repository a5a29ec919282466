#!/usr/bin/env bash
# Terraform 1.11.4, 2026-11-28.
# `prior_state` of a plan in JSON is not the state before the plan where outputs are concerned: it has
# the values that the plan would give them, on the very first plan too, when there is no state at all. Its
# resources are as they were. Who compares `prior_state` with `planned_values` finds that no output
# changes; `output_changes` is the only place that has both values.
# Seen: applied with "one", planned with "two": prior_state says "two" for the output and "one" for the
# resource that it comes from, and output_changes says "one" before.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > main.tf.json <<'END'
{"variable": {"release": {"default": "one"}},
 "resource": {"terraform_data": {"release": {"input": "${var.release}"}}},
 "output": {"release": {"value": "${var.release}"}}}
END
terraform init -input=false >/dev/null 2>&1
terraform plan -input=false -out=first >/dev/null 2>&1
terraform show -json first 2>/dev/null > first.json
terraform apply -input=false first >/dev/null 2>&1
terraform plan -input=false -var release=two -out=second >/dev/null 2>&1
terraform show -json second 2>/dev/null > second.json
python3 - <<'END'
import json

first, second = (json.load(open(f"{name}.json")) for name in ("first", "second"))
before_anything = first["prior_state"]["values"]["outputs"]["release"]["value"]
prior = second["prior_state"]["values"]
output = prior["outputs"]["release"]["value"]
resource = prior["root_module"]["resources"][0]["values"]["input"]
change = second["output_changes"]["release"]
print("before anything was applied:", before_anything)
print("prior output:", output, "- prior resource:", resource, "- change:", change["before"], "to", change["after"])
assert before_anything == "one"
assert (output, resource, change["before"], change["after"]) == ("two", "one", "one", "two")
END
