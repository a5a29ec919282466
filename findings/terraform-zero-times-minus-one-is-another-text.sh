#!/usr/bin/env bash
# Terraform 1.11.4, 2026-11-28.
# There is a minus zero, as with floating-point numbers, though nothing in the language speaks of one. It
# equals zero, and is no zero once it becomes a text: "-0" in a template, in jsonencode and in a set of texts, where it
# stands beside "0" as a member of its own, so that a for_each makes one more. It needs no -0 in the
# source: a product of zero and something negative, such as an offset times a step, is enough.
# Seen: equal; "at -0" from a template, -0 in JSON, two members of the set.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
printf '%s\n' '0 * -1 == 0' '"at ${0 * -1}"' 'jsonencode({ offset = 0 * -1 })' 'length(toset([tostring(0 * -1), "0"]))' |
    while read -r line; do terraform console -no-color <<<"$line" 2>/dev/null; done > answers
cat answers
diff answers - <<'END'
true
"at -0"
"{\"offset\":-0}"
2
END
