#!/usr/bin/env bash
# Terraform 1.11.4 with PyYAML 6.0.3 and ruamel.yaml 0.18.17, 2026-11-28.
# `yamldecode` is for YAML 1.2, where "no" and "off" are words and 0644 is decimal. It takes the numbers of 1.2 and the
# booleans of 1.1: a country code NO becomes false, while a file mode 0644 becomes 644 and not 420, and 1:30 is a text and not 90. So
# neither a reader of 1.1 (PyYAML) nor one of 1.2 (ruamel.yaml) sees what Terraform
# sees: with one the numbers differ, with the other the words.
# Seen: for [NO, off, 0644, 1:30, 1_000] three different lists.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
${PYTHON:-python3.11} -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pyyaml==6.0.3 ruamel.yaml==0.18.17
terraform console -no-color <<<'jsonencode(yamldecode("[NO, off, 0644, 1:30, 1_000]"))' > answer 2>/dev/null
venv/bin/python - <<'END'
import json

import yaml
from ruamel.yaml import YAML

text = "[NO, off, 0644, 1:30, 1_000]"
terraform = json.loads(json.loads(open("answer").read()))
old, new = yaml.safe_load(text), list(YAML(typ="safe", pure=True).load(text))
print("Terraform", terraform, "YAML 1.1", old, "YAML 1.2", new)
assert terraform == [False, False, 644, "1:30", "1_000"]
assert old == [False, False, 420, 90, 1000]
assert new[:2] == ["NO", "off"] and new[2:4] == [644, "1:30"]
END
