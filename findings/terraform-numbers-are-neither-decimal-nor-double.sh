#!/usr/bin/env bash
# Terraform 1.11.4, 2026-11-28.
# 0.1 + 0.2 == 0.3 is true in Terraform, the usual proof that numbers are decimal. They are binary, of 512 bits, and
# 0.3 * 3 == 0.9 is false, as is 1.1 * 1.1 == 1.21, so a percentage of a percentage that should come out whole is rounded up to one
# more by `ceil`. What is not exact is written with all its figures: a third has about 150 of them, in a template, in
# jsonencode and in the plan, and reads back as another number in whatever has doubles.
# Seen: true, false, false; 122 for ceil(1.1 * 1.1 * 100); more than 150 characters for a third.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
printf '%s\n' '0.1 + 0.2 == 0.3' '0.3 * 3 == 0.9' '1.1 * 1.1 == 1.21' 'ceil(1.1 * 1.1 * 100)' 'length(tostring(1 / 3)) > 150' \
    'contains(range(0, 1, 0.3), 0.9)' |
    while read -r line; do terraform console -no-color <<<"$line" 2>/dev/null; done > answers
cat answers
diff answers - <<'END'
true
false
false
122
true
false
END
