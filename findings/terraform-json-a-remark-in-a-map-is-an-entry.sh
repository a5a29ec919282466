#!/usr/bin/env bash
# Terraform 1.11.4, 2026-11-29.
# JSON has no comments, and Terraform JSON knows a key "//" for them, in all blocks. It is taken so in the body of a resource, of lifecycle, of variable, output, terraform and even in locals, and at the top of a .tfvars.json file. So one expects it
# to be a remark everywhere. In a map, which looks the same, it is an entry: a tag "//", a variable "//" in the environment of a container, one more instance of what has for_each, all without a warning. At the top of `required_providers` it is a remark, and in
# an object variable it is dropped, as any other member that the type does not have.
# Whoever explains a rule where it stands, in the map that for_each goes through, makes one with the remark as its port or its CIDR; a tag "//" is charged to nobody and cannot be seen to come from a comment.
# Seen: no trace of nine remarks; rule["//"] with the remark as its value, in a map from .tf.json and from .tfvars.json; a key "//" in tags; none in the object.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export TF_CLI_CONFIG_FILE=/dev/null
cat > main.tf.json <<'END_OF'
{
  "//": "remark at the top",
  "terraform": {"//": "remark in terraform", "required_providers": {"//": "remark in providers"}},
  "variable": {
    "ports": {"//": "remark in variable", "type": "map(string)"},
    "rule": {"type": "object({port = number})"}
  },
  "locals": {
    "//": "remark in locals",
    "rules": {"//": "the load balancer alone", "web": "10.0.0.0/24"}
  },
  "resource": {
    "terraform_data": {
      "tagged": {
        "//": "remark in resource",
        "input": {"//": "who pays", "Team": "web"},
        "lifecycle": {"//": "remark in lifecycle", "create_before_destroy": true}
      },
      "rule": {"for_each": "${local.rules}", "input": "${each.value}"},
      "port": {"for_each": "${var.ports}", "input": "${each.value}"}
    }
  },
  "output": {"rule": {"//": "remark in output", "value": "${var.rule}"}}
}
END_OF
cat > terraform.tfvars.json <<'END_OF'
{"//": "remark in variables", "ports": {"//": "the usual", "web": "443"}, "rule": {"//": "the usual", "port": 443}}
END_OF
terraform init -no-color > said 2>&1
terraform validate -no-color >> said 2>&1
terraform plan -no-color -out=plan >> said 2>&1
terraform show -json plan > plan.json
python3 - <<'END_OF'
import json

said, text = open("said").read(), open("plan.json").read()
planned = json.loads(text)["planned_values"]
seen = {one["address"]: one["values"]["input"] for one in planned["root_module"]["resources"]}
for address, value in seen.items():
    print(address, value)
assert "remark" not in text and "Warning" not in said
assert seen == {
    "terraform_data.tagged": {"//": "who pays", "Team": "web"},
    'terraform_data.rule["//"]': "the load balancer alone",
    'terraform_data.rule["web"]': "10.0.0.0/24",
    'terraform_data.port["//"]': "the usual",
    'terraform_data.port["web"]': "443",
}
assert planned["outputs"]["rule"]["value"] == {"port": 443}
END_OF
