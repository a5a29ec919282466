#!/usr/bin/env bash
# Terraform 1.11.4, 2026-11-28.
# `$${` is a dollar and a brace that begin no expression. With a third dollar in front one expects the first
# two to stand for one, and the third to begin an expression. They do not: only the last two before the
# brace are the escape, all before them stand for themselves, so two dollars or more never begin one.
# There is no way to write a dollar directly before a value but "${"$"}${value}".
# Seen: one dollar evaluates, two to five give all dollars but one and the words as they are.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 - <<'END'
import json

outputs = {f"d{count}": {"value": "$" * count + "{1 + 1}"} for count in range(1, 6)}
outputs["way"] = {"value": "${\"$\"}${1 + 1}"}
json.dump({"output": outputs}, open("main.tf.json", "w"))
END
terraform init -input=false >/dev/null 2>&1
terraform plan -input=false -out=saved >/dev/null 2>&1
terraform show -json saved 2>/dev/null > saved.json
python3 - <<'END'
import json

outputs = json.load(open("saved.json"))["planned_values"]["outputs"]
values = {name: output["value"] for name, output in outputs.items()}
print(values)
assert values.pop("way") == "$2"
assert values.pop("d1") == 2
assert values == {f"d{count}": "$" * (count - 1) + "{1 + 1}" for count in range(2, 6)}
END
