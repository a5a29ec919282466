#!/usr/bin/env bash
# Terraform 1.11.4, 2026-11-28.
# In Terraform JSON the body of a block is an object, or a list of objects for several. So the empty list is none of them, and
# null is none either: a resource, an output or a variable whose body a generator left as null or [] is not there.
# No error and no warning; `validate` is content, and the next plan destroys what was there. An empty object,
# which a reader would take for the same, is a resource.
# Seen: of four resources and two outputs with those bodies, only the one with {} and the one with [{}] are planned.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > main.tf.json <<'END'
{"resource": {"terraform_data": {"null": null, "none": [], "object": {}, "list": [{}]}},
 "output": {"null": null, "none": []},
 "locals": null}
END
terraform init -input=false >/dev/null 2>&1
terraform validate -json 2>/dev/null > valid.json
terraform plan -input=false -out=saved >/dev/null 2>&1
terraform show -json saved 2>/dev/null > plan.json
python3 - <<'END'
import json

valid, plan = json.load(open("valid.json")), json.load(open("plan.json"))
planned = [change["address"] for change in plan["resource_changes"]]
print(valid["valid"], valid["warning_count"], planned, plan.get("output_changes"))
assert valid["valid"] and valid["warning_count"] == 0
assert planned == ["terraform_data.list", "terraform_data.object"]
assert not plan.get("output_changes")
END
