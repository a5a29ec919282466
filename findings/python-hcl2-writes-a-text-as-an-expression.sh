#!/usr/bin/env bash
# python-hcl2 8.1.4, Python 3.11, 2026-11-28.
# `hcl2.dumps` makes HCL of a dictionary, and one gives it what one would give to json.dumps. A text is written as it is, without
# quotation marks, and what comes out is mostly valid HCL with another meaning: "eu-central-1" is a bare name, which Terraform takes for a
# reference, "10.5" a number, "true" a bool, "local.name" somebody's value. A blank in it makes it no HCL, and nothing says so before it is read. Quotes have to be
# in the text. A list of one dictionary per block makes an attribute with a list unless each of them has a key `__is_block__`.
# Seen: these lines as written; of them read back only the quoted one is a text.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check python-hcl2==8.1.4
"$folder/venv/bin/python" - <<'END'
import hcl2

VALUES = {"region": "eu-central-1", "limit": "10.5", "flag": "true", "name": "local.name", "quoted": '"eu-central-1"'}
text = hcl2.dumps(VALUES)
print(text)
lines = [" ".join(line.split()) for line in text.splitlines()]
assert lines == ["region = eu-central-1", "limit = 10.5", "flag = true", "name = local.name", 'quoted = "eu-central-1"']
back = hcl2.loads(text)
print(back)
assert back["limit"] == 10.5 and back["flag"] is True and back["name"] == "${local.name}"
assert back["region"] == "eu-central-1" and back["quoted"] == '"eu-central-1"'
assert "bucket region" in hcl2.dumps({"name": "bucket region"})
assert hcl2.dumps({"locals": [{"a": 1}]}).startswith("locals = [")
assert hcl2.dumps({"locals": [{"a": 1, "__is_block__": True}]}).startswith("locals {")
END
