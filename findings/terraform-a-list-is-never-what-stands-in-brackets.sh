#!/usr/bin/env bash
# Terraform 1.11.4, 2026-11-29.
# Whether a list of texts is ["a"] is asked as in any language, with ==. The answer is false for every list, for what stands in brackets is a tuple to Terraform, and another type is never equal; so are {} beside a map and toset([]) beside a set.
# An object beside one in braces is compared member by member, as expected, and so is a tuple. In `terraform test` an assertion with == fails for the right value, and is mended then; one with != passes
# whatever the value is: "the subnets are not the public ones" holds for the public ones too. In `count = var.zones != [] ? 1 : 0` the empty list makes one.
# Nothing warns of it, and the message of the failed assertion shows "list of string with 1 element" alone. tolist, or length for the empty one, compares what was meant.
# Seen: four runs that pass with !=, for the very same list, an empty map, an empty set and an empty list; one that fails with ==; one with tolist and one with an object that are right; one resource for no zones.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > main.tf <<'END_OF'
variable "subnets" {
  type    = list(string)
  default = ["public-a"]
}
variable "zones" {
  type    = list(string)
  default = []
}
variable "tags" {
  type    = map(string)
  default = {}
}
variable "names" {
  type    = set(string)
  default = []
}
variable "web" {
  type    = object({ port = number })
  default = { port = 80 }
}
resource "terraform_data" "zone" { count = var.zones != [] ? 1 : 0 }
output "zones" { value = length(terraform_data.zone) }
END_OF
python3 - <<'END_OF'
asked = {
    "list": 'var.subnets != ["public-a"]',
    "map": "var.tags != {}",
    "set": "var.names != toset([])",
    "empty": "var.zones != []",
    "equal": 'var.subnets == ["public-a"]',
    "tolist": 'var.subnets == tolist(["public-a"])',
    "object": "var.web == { port = 80 }",
    "one": "output.zones == 1",
}
with open("all.tftest.hcl", "w") as file:
    for name, condition in asked.items():
        file.write(f'run "{name}" {{\n  command = plan\n  assert {{\n    condition = {condition}\n    error_message = "{name}"\n  }}\n}}\n')
END_OF
terraform init > /dev/null
code=0
terraform test -no-color > said 2>&1 || code=$?
seen=$(sed -n 's/^  run "\(.*\)"\.\.\. \(.*\)$/\1 \2/p' said | paste -sd, -)
echo "$seen"
grep "output\|var.subnets is" said || true
[ "$code" = 1 ]
[ "$seen" = "list pass,map pass,set pass,empty pass,equal fail,tolist pass,object pass,one pass" ]
