#!/usr/bin/env bash
# Terraform 1.11.4, 2026-11-29.
# Terraform turns numbers into texts and back wherever one is wanted, so `contains(var.ports, 443)` is expected to find 443 in a list of texts too: its functions of sets, the keys of `lookup` and `matchkeys` do. `contains` compares the
# type as well: it is false, without an error or a warning, and so is a number's text in a list of numbers. A list that mixes both, written in place, keeps its types and answers by them. `index` raises in the same case.
# Which of the two a list has is seldom seen: "443" and 443 look alike in a file of variables, and `list(string)` makes texts of numbers. A rule, or an account of a list of accounts, is then left out by a condition that looks right.
# Seen: false for ["80", "443"] with 443 and for [80, 443] with "443"; ["443"] from setintersection, "web" from lookup and matchkeys; true for a text in a list of texts; an error from index.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > main.tf <<'END_OF'
variable "texts" {
  type    = list(string)
  default = [80, 443]
}
variable "numbers" {
  type    = list(number)
  default = ["80", "443"]
}
output "seen" {
  value = {
    number_in_texts = contains(var.texts, 443)
    text_in_texts   = contains(var.texts, "443")
    text_in_numbers = contains(var.numbers, "443")
    mixed           = [contains(["80", 443], 443), contains(["80", 443], "443")]
    set             = setintersection(var.texts, [443])
    lookup          = lookup({ "443" = "web" }, 443, "none")
    matchkeys       = matchkeys(["old", "web"], var.texts, [443])
    index           = try(index(var.texts, 443), "error")
  }
}
END_OF
terraform init > /dev/null
terraform plan -out=plan -no-color > said 2>&1
if grep -v 'CLI configuration' said | grep Warning; then exit 1; fi
terraform show -json plan | python3 -c '
import json, sys
seen = json.load(sys.stdin)["planned_values"]["outputs"]["seen"]["value"]
print(seen)
assert seen == {
    "number_in_texts": False, "text_in_texts": True, "text_in_numbers": False, "mixed": [True, False],
    "set": ["443"], "lookup": "web", "matchkeys": ["web"], "index": "error"}
'
