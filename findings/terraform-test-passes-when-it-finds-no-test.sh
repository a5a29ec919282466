#!/usr/bin/env bash
# Terraform 1.11.4, 2026-11-29.
# `terraform test -filter=FILE` runs the tests of one file, for a build that tests what was changed. A file that is not there is no error and no warning:
# nothing runs, the last line is "Success! 0 passed, 0 failed." and the exit code 0. The file is to be named with its folder, so
# `-filter=network.tftest.hcl` for tests/network.tftest.hcl is such a case, and so is every filter after a file was renamed. A
# -test-directory that is not there is a warning, and success as well. One expects what pytest does with a path that is not there: an error.
# Seen: one test that fails; exit code 1 without a filter and with tests/network.tftest.hcl, 0 for the four other ways to ask for it.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir tests
cat > main.tf <<'END_OF'
output "zones" {
  value = 2
}
END_OF
cat > tests/network.tftest.hcl <<'END_OF'
run "three_zones" {
  command = plan
  assert {
    condition     = output.zones == 3
    error_message = "There are to be three zones."
  }
}
END_OF
terraform init -input=false >/dev/null 2>&1
ask() {
  local code=0
  terraform test -no-color "$@" >answer 2>&1 || code=$?
  echo "$code $(grep -E '^(Success|Failure)!' answer) ($*)"
}
{
  ask
  ask -filter=tests/network.tftest.hcl
  ask -filter=network.tftest.hcl
  ask -filter=tests/networks.tftest.hcl
  ask -filter=tests
  ask -test-directory=test
} > answers
cat answers
[ "$(cut -d' ' -f1 answers | tr '\n' ' ')" = "1 1 0 0 0 0 " ]
[ "$(grep -c 'Success! 0 passed, 0 failed.' answers)" = 4 ]
