#!/usr/bin/env bash
# botocore 1.44.5 (Python) and @smithy/core 3.41.1 (the settings of AWS SDK for JavaScript v3), Python 3.11, Node 20, 2026-11-29.
# A task definition sets AWS_USE_FIPS_ENDPOINT, or AWS_USE_DUALSTACK_ENDPOINT, for all of its containers. The value is to be "true", and
# whatever is neither true nor false is expected to be an error. botocore takes true in any spelling, and anything else for false: 1, yes and on,
# which most variables of that kind know, switch nothing on, without a word. Node takes "true" alone: of "True", which a program in
# Python writes for True, it makes false. So of two containers with one setting one uses the FIPS endpoints, and nothing in the logs of
# the other tells that it does not.
# Seen: for true, True, TRUE, 1 and yes: on, on, on, off, off in Python; on and four times off in Node.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check botocore==1.44.5
npm install --silent --no-audit --no-fund --prefix "$folder" @smithy/core@3.41.1
cd "$folder"
cat > read.cjs <<'END_OF'
const { loadConfig, NODE_USE_FIPS_ENDPOINT_CONFIG_OPTIONS } = require("@smithy/core/config");
loadConfig(NODE_USE_FIPS_ENDPOINT_CONFIG_OPTIONS)().then((value) => console.log(value), (error) => console.log(error.name));
END_OF
AWS_CONFIG_FILE=none AWS_SHARED_CREDENTIALS_FILE=none "$folder/venv/bin/python" - <<'END_OF'
import os
import subprocess

from botocore.session import Session

keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
python, node = [], []
for value in ("true", "True", "TRUE", "1", "yes"):
    os.environ["AWS_USE_FIPS_ENDPOINT"] = value
    address = Session().create_client("ecs", region_name="us-east-1", **keys).meta.endpoint_url
    python.append("ecs-fips." in address)
    node.append(subprocess.run(["node", "read.cjs"], capture_output=True, text=True, check=True).stdout.strip())
print(python, node, sep="\n")
assert python == [True, True, True, False, False]
assert node == ["true", "false", "false", "false", "false"]
END_OF
