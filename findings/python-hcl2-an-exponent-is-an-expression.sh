#!/usr/bin/env bash
# python-hcl2 8.1.4, 2026-11-28.
# A number with an exponent is not a number to it: `1e3` comes out as the text "${1e3}", the form that it
# has for expressions, while 1000 and 1.5 come out as numbers. A limit that is written as 1e6 is then
# compared as text, or taken for something that only Terraform can know.
# Seen: 1000, 1.5 and -1 as numbers, "${1e3}" as text.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check python-hcl2==8.1.4
"$folder/venv/bin/python" - <<'END'
import hcl2

found = hcl2.loads("locals {\n a = 1e3\n b = 1000\n c = 1.5\n d = -1\n}\n")["locals"][0]
print({key: found[key] for key in "abcd"})
assert found["a"] == "${1e3}"
assert (found["b"], found["c"], found["d"]) == (1000, 1.5, -1)
END
