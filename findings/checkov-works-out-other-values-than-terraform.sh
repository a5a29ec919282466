#!/usr/bin/env bash
# checkov 3.3.30, Python 3.11, with Terraform 1.11.4, 2026-11-29.
# A check of one's own for checkov is handed a resource with its expressions worked out. What checkov cannot work out it leaves as text, such as `slice(['a', 'b', 'c'],0,2)`, so one expects what is worked out to be Terraform's value. It is
# Python's: the length -1 of `substr`, the rest to the end, cuts to nothing; a pattern between slashes in `replace` is a text that is not there; `min` of numbers in quotes goes by their first figure; what is left of -7 by 3 is 2; `keys` come as
# they were written, `compact` leaves a null, and `indent` joins the lines. None of it is marked, and a plan in JSON given to the same check has Terraform's values.
# A rule for names then fails one as empty that is none, or for a dot that Terraform has replaced, and its author looks for the mistake in the rule.
# Seen, checkov then Terraform: "" and "ello"; "shop.web" and "shop-web"; "10" and 9; 2 and -1; ["b", "a"] and ["a", "b"]; ["a", None] and ["a"]; "ab" and "a", "  b"; a slice as its text.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check checkov==3.3.30
cd "$folder"
mkdir root checks
cat > root/main.tf <<'END_OF'
resource "terraform_data" "names" {
  input = {
    substr  = substr("hello", 1, -1)
    replace = replace("shop.web", "/[.]/", "-")
    min     = min("9", "10")
    rest    = -7 % 3
    keys    = keys({ b = 1, a = 2 })
    compact = compact(["", "a", null])
    indent  = indent(2, "a\nb")
    slice   = slice(["a", "b", "c"], 0, 2)
    lower   = lower("SHOP")
    format  = format("%s-%03d", "web", 7)
  }
}
END_OF
touch checks/__init__.py
cat > checks/names.py <<'END_OF'
import json
import os

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck


class Names(BaseResourceCheck):
    def __init__(self):
        super().__init__("Names", "CKV_SHOP_1", [CheckCategories.CONVENTION], ["terraform_data"])

    def scan_resource_conf(self, conf):
        with open(os.environ["HANDED"], "w") as file:
            json.dump(conf["input"], file)
        return CheckResult.PASSED


check = Names()
END_OF
handed() {
  HANDED="$folder/$1.json" venv/bin/checkov --external-checks-dir checks --check CKV_SHOP_1 --skip-download --quiet --compact "${@:2}" > said 2>&1
}
handed source --framework terraform --directory root
(
  cd root
  terraform init > /dev/null
  terraform plan -out=plan > /dev/null
  terraform show -json plan > plan.json
)
handed plan --framework terraform_plan --file root/plan.json
python3 - <<'END_OF'
import json

[source] = json.load(open("source.json"))
[plan] = json.load(open("plan.json"))
planned = json.load(open("root/plan.json"))["planned_values"]["root_module"]["resources"][0]["values"]["input"]
for name, value in planned.items():
    print(name, repr(source[name]), repr(value), repr(plan[name]))
same = {"lower": "shop", "format": "web-007"}
assert source == {
    **same, "substr": "", "replace": "shop.web", "min": "10", "rest": 2, "keys": ["b", "a"], "compact": ["a", None],
    "indent": "ab", "slice": "slice(['a', 'b', 'c'],0,2)"}
assert planned == {
    **same, "substr": "ello", "replace": "shop-web", "min": 9, "rest": -1, "keys": ["a", "b"], "compact": ["a"],
    "indent": "a\n  b", "slice": ["a", "b"]}
assert {name: plan[name] for name in planned} == {name: [value] for name, value in planned.items()}
END_OF
