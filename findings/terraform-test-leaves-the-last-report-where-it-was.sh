#!/usr/bin/env bash
# Terraform 1.11.4, 2026-11-29.
# `terraform test -junit-xml=FILE` writes a report for the build server, since 1.11 for good. A test that fails is a <failure> in it, and one that cannot be evaluated an <error>. Where a test file cannot be read, a block with a slip in its
# name, or the configuration itself is wrong, Terraform ends with 1 and writes no report at all: the file of the run before stays as it is. One expects an error in the report, as pytest writes for a module that it cannot import, or no file.
# Build servers read the report apart from the exit code, mostly in a step that runs always, and a folder that is kept between builds, or a report that was committed, then shows last time's tests, all passed.
# Seen: the report of the first run, byte for byte, after exit code 1 for an unknown block in a test file and for an unknown argument in the configuration; an <error> for a reference to nothing within a run.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
tested() {
  code=0
  terraform test -junit-xml=report.xml > said 2>&1 || code=$?
  echo "$1: exit code $code, report $(cmp -s report.xml first.xml && echo "of the first run" || grep -o '<failure\|<error\|/testsuites' report.xml | head -1)"
}
good='run "web" {
  command = plan
}'
echo 'output "port" { value = 80 }' > main.tf
echo "$good" > web.tftest.hcl
terraform init > /dev/null 2>&1
terraform test -junit-xml=first.xml > /dev/null
cp first.xml report.xml
grep -q 'tests="1" skipped="0" failures="0" errors="0"' first.xml

printf '%s\nran "api" {}\n' "$good" > web.tftest.hcl
tested "unknown block in the test"
[ "$code" = 1 ] && cmp report.xml first.xml && grep -q "Unsupported block type" said
echo "$good" > web.tftest.hcl
echo 'output "port" { vale = 80 }' > main.tf
tested "unknown argument in the configuration"
[ "$code" = 1 ] && cmp report.xml first.xml
echo 'output "port" { value = 80 }' > main.tf
printf 'run "web" {\n  variables {\n    size = local.none\n  }\n}\n' > web.tftest.hcl
tested "reference to nothing"
[ "$code" = 1 ] && grep -q "<error" report.xml
