#!/usr/bin/env bash
# Terraform 1.11.4, beside luxon 3.7.2 and date-fns 4.1.0 (npm), Node 20, 2026-11-29.
# `formatdate` takes a pattern of letters, and its months and minutes are those that Java, Luxon, date-fns, Moment and .NET have: MM and mm. So one expects HH for the hours of the day. It is the other way round: `hh` has 24 hours in
# Terraform, and HH has twelve, with 12 for midnight. All of them take either and complain of neither, and nothing is seen before noon. "YYYYMMDDHHmm" for the name of a last snapshot or an image is so the same for three
# in the morning and three in the afternoon, and names no longer sort by time. Java's `yyyy` and `dd` in the same pattern are errors, which is where a look at the page would begin.
# Seen: 202611290330 for 15:30 and for 03:30, and 12 for 00:30; 15 by hh; HH is 15 and hh 03 in both of the others.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund luxon@3.7.2 date-fns@4.1.0
cat > main.tf <<'END_OF'
output "afternoon" { value = formatdate("YYYYMMDDHHmm", "2026-11-29T15:30:00Z") }
output "night" { value = formatdate("YYYYMMDDHHmm", "2026-11-29T03:30:00Z") }
output "midnight" { value = formatdate("HH", "2026-11-29T00:30:00Z") }
output "small" { value = formatdate("hh", "2026-11-29T15:30:00Z") }
output "java" { value = can(formatdate("yyyy-MM-dd", "2026-11-29T15:30:00Z")) }
END_OF
terraform init > /dev/null
terraform plan -out=plan > /dev/null
terraform show -json plan > plan.json
TZ=UTC node - <<'END_OF'
const assert = require("node:assert");
const { DateTime } = require("luxon");
const { format } = require("date-fns");
const { output_changes: changes } = require(`${process.cwd()}/plan.json`);

const seen = Object.fromEntries(Object.entries(changes).map(([name, change]) => [name, change.after]));
const luxon = DateTime.fromISO("2026-11-29T15:30:00Z", { zone: "utc" });
const others = ["HH", "hh"].map((letters) => [luxon.toFormat(letters), format(new Date(2026, 10, 29, 15, 30), letters)]);
console.log(seen, others);
assert.deepEqual(seen, {
  afternoon: "202611290330", night: "202611290330", midnight: "12", small: "15", java: false });
assert.deepEqual(others, [["15", "15"], ["03", "03"]]);
END_OF
