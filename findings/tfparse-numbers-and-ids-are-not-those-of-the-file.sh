#!/usr/bin/env bash
# tfparse 0.6.22, Python 3.11, 2026-11-28.
# It reads Terraform with Go's own HCL library, so its values should be those of Terraform. A whole number beyond 64 bits, which Terraform
# keeps to the last figure, comes out as the largest that fits, 9223372036854775807, without an error, though Python has room for any.
# And each block gets an `id`, a new one in each run: an argument `id` of the source is overwritten by it,
# and two readings of one file are never equal. A block that stands twice is a list, the same block once an object.
# Seen: both limits; a random id in place of the subnet's; an object for one block, a list for two.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tfparse==0.6.22
cd "$folder"
mkdir module
cat > module/main.tf <<'END'
resource "null_resource" "shop" {
  id      = "subnet-1"
  serial  = 99999999999999999999
  offset  = -99999999999999999999
  once  { port = 80 }
  twice { port = 80 }
  twice { port = 443 }
}
END
"$folder/venv/bin/python" - <<'END'
import tfparse

first, second = (tfparse.load_from_path("module")["null_resource"][0] for _ in range(2))
print(first)
assert (first["serial"], first["offset"]) == (2**63 - 1, -(2**63))
assert first["id"] != "subnet-1" and first["id"] != second["id"] and first != second
assert isinstance(first["once"], dict) and isinstance(first["twice"], list)
END
