#!/usr/bin/env bash
# Terraform 1.11.4, 2026-11-28.
# A text becomes a bool if it is exactly "true" or "false": so says the page of `tobool`, and so does the error for
# "yes", "True" or the number 1. The texts "1" and "0" pass all the same, as the value of a variable of that type, its default
# in JSON, the argument of `tobool` and the condition of `? :`. A check that a generated document has true or
# false there is stricter than Terraform, and a test that "1" is refused fails.
# Seen: true and false for "1" and "0", in each place; errors for "True", "yes" and 1.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > main.tf.json <<'END'
{"variable": {"on": {"type": "bool", "default": "1"}},
 "output": {"on": {"value": "${var.on}"}}}
END
printf '%s\n' 'var.on' 'tobool("0")' '"1" ? "yes" : "no"' |
    while read -r line; do terraform console -no-color <<<"$line" 2>/dev/null; done > answers
TF_VAR_on=0 terraform console -no-color <<<'var.on' >> answers 2>/dev/null
for wrong in 'tobool("True")' 'tobool("yes")' 'tobool(1)'; do
    terraform console -no-color <<<"$wrong" > refused 2>&1 && { echo "$wrong passes"; exit 1; }
    grep -o 'cannot convert [^ ]* to bool' refused >> answers
done
cat answers
diff answers - <<'END'
true
false
"yes"
false
cannot convert "True" to bool
cannot convert "yes" to bool
cannot convert number to bool
END
