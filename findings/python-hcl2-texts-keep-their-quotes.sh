#!/usr/bin/env bash
# python-hcl2 8.1.4, 2026-11-28.
# Since its eighth release the parsed value of a text is its source: with the quotation marks around it,
# escapes as they were typed, and a heredoc with its marker and indentation. Labels of blocks have
# their quotes as well, so `resource["aws_vpc"]` is a KeyError. Keys of maps differ by how they were
# typed, although Terraform takes both for the same.
# Seen: "\"10.0.0.0/16\"", "\"aws_vpc\"", "\"<<-END ...\"", and the two keys a and "b" of one map.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check python-hcl2==8.1.4
"$folder/venv/bin/python" - <<'END'
import hcl2

TEXT = """
resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
  tags       = { a = "x", "b" = "y" }
  policy     = <<-END
    line
  END
}
"""
resource = hcl2.loads(TEXT)["resource"][0]
assert list(resource)[0] == "\"aws_vpc\""
body = resource["\"aws_vpc\""]["\"main\""]
print(body)
assert body["cidr_block"] == "\"10.0.0.0/16\""
assert list(body["tags"]) == ["a", "\"b\""]
assert body["policy"].startswith("\"<<-END\n    line")
END
