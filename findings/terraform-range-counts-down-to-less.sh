#!/usr/bin/env bash
# Terraform 1.11.4, 2026-11-29.
# `range(1, n)` has the numbers from 1 to before n, and one who knows it from Python, Go or a loop expects none where n is not beyond 1. Terraform
# counts down there: range(1, 0) is [1] and range(2, 0) is [2, 1], unless the step is given, and a step of 1 is then an error. Written
# for "the first is elsewhere, the rest here", as replicas behind a primary, `for i in range(1, var.nodes)`, it is right for
# three nodes, two and one, and makes a replica with the number 1 of no nodes at all, which is when everything is to go away.
# Seen: [1, 2], [1], [] and [1] for 3, 2, 1 and 0 nodes; one terraform_data planned for nodes = 0; the error for range(1, 0, 1).
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > main.tf <<'END_OF'
variable "nodes" {
  type = number
}

resource "terraform_data" "replica" {
  for_each = toset([for number in range(1, var.nodes) : tostring(number)])
  input    = each.key
}

output "numbers" {
  value = {
    three = range(1, 3), two = range(1, 2), one = range(1, 1), none = range(1, 0), down = range(2, 0),
    step  = try(range(1, 0, 1), "an error")
  }
}
END_OF
terraform init -input=false >/dev/null 2>&1
terraform plan -input=false -var nodes=0 -out=saved >/dev/null 2>&1
terraform show -json saved 2>/dev/null > plan.json
python3 - <<'END_OF'
import json

plan = json.load(open("plan.json"))
numbers = plan["planned_values"]["outputs"]["numbers"]["value"]
planned = [change["address"] for change in plan["resource_changes"]]
print(numbers, planned)
assert numbers == {"three": [1, 2], "two": [1], "one": [], "none": [1], "down": [2, 1], "step": "an error"}
assert planned == ['terraform_data.replica["1"]']
assert list(range(1, 0)) == []
END_OF
