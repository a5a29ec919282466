#!/usr/bin/env bash
# Terraform 1.11.4, 2026-11-29.
# A `check` that fails stops nothing; it is a warning, and its status stays in the state, where `checks` of `show -json` has it for whoever watches. -target leaves out what the target does not need. That the check of another resource keeps the status that it
# had is expected, and that the check of the target is made. Neither is so: a check is not needed by what it looks at, so that with -target no check is made at all, and none is kept. All are "unknown", without instances and messages, the same word as for a
# check that has to wait for apply, and the one warning is that of every -target, also where the very target breaks the condition. -refresh-only makes them again.
# An urgent change of one resource by -target takes the failure off every dashboard that reads the state, and does not say that the new value is one which a check was written against.
# Seen: "fail" with its message after a whole apply and after -refresh-only; "unknown" and nothing else after -target of another resource and of the checked one, whose value is 7 then, with exit code 0 and no "not seven" in what apply says.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export TF_CLI_CONFIG_FILE=/dev/null
cat > main.tf <<'END_OF'
variable "number" {
  type = number
}
resource "terraform_data" "checked" {
  input = var.number
}
resource "terraform_data" "other" {}
check "seven" {
  assert {
    condition     = terraform_data.checked.output != 7
    error_message = "not seven"
  }
}
END_OF
terraform init > /dev/null
cat > seen.py <<'END_OF'
import json
import subprocess


def terraform(*words):
    return subprocess.run(["terraform", *words], check=True, capture_output=True, text=True).stdout


def applied(number, *more):
    said = terraform("apply", "-no-color", "-auto-approve", f"-var=number={number}", *more)
    state = json.loads(terraform("show", "-json"))
    [check] = state["checks"]
    [value] = [one["values"]["output"] for one in state["values"]["root_module"]["resources"] if one["name"] == "checked"]
    messages = [problem["message"] for one in check.get("instances", []) for problem in one.get("problems", [])]
    print(number, more, check["status"], messages, value, "not seven" in said)
    return check["status"], messages, value, "not seven" in said


FAILS = ("fail", ["not seven"], 7, True)
assert applied(1) == ("pass", [], 1, False)
assert applied(7) == FAILS
assert applied(7, "-target=terraform_data.other") == ("unknown", [], 7, False)
assert applied(7, "-refresh-only") == FAILS
assert applied(1) == ("pass", [], 1, False)
assert applied(7, "-target=terraform_data.checked") == ("unknown", [], 7, False)
assert applied(7) == FAILS
END_OF
python3 seen.py
