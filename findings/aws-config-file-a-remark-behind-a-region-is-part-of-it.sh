#!/usr/bin/env bash
# botocore 1.44.5 (Python) and @smithy/shared-ini-file-loader 4.7.2 (the reader of AWS SDK for JavaScript v3), Python 3.11, Node 20, 2026-11-29.
# Both read ~/.aws/config, and a file that works with one is expected to work with the other. `region = eu-central-1 # Frankfurt` is a region
# with a remark to Node and the whole text to Python, where every client is then refused for an invalid region; behind the ARN of a role it only fails
# at AWS. A profile whose name has a blank, in the quotation marks that `aws configure` gives it, is not there for Node. A profile that stands
# twice is joined there, while Python refuses the file with all of its profiles. Names of settings with capitals (`Region`) are found by
# Python alone. So a deployment in one language and its checks in the other may go to two regions with the same profile.
# Seen: both readings of each of the four.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check botocore==1.44.5
npm install --silent --no-audit --no-fund --prefix "$folder" @smithy/shared-ini-file-loader@4.7.2
cd "$folder"
cat > config <<'END_OF'
[default]
region = eu-central-1 # Frankfurt
[profile 'my shop']
region = eu-west-1
[profile tests]
Region = eu-west-2
END_OF
cat config - > twice <<'END_OF'
[profile prod]
region = eu-north-1
[profile prod]
output = text
END_OF
cat > read.mjs <<'END_OF'
import { loadSharedConfigFiles } from "@smithy/shared-ini-file-loader";
const files = await loadSharedConfigFiles({ configFilepath: process.argv[2], filepath: "no-such-file" });
console.log(JSON.stringify(files.configFile));
END_OF
for name in config twice; do node read.mjs "$name" > "$name.json"; done
"$folder/venv/bin/python" - <<'END_OF'
import json

from botocore.configloader import load_config
from botocore.exceptions import ConfigParseError, InvalidRegionError
from botocore.session import Session

python = load_config("config")["profiles"]
node, joined = json.load(open("config.json")), json.load(open("twice.json"))
try:
    load_config("twice")
    twice = "read"
except ConfigParseError:
    twice = "refused"
try:
    Session().create_client("ecs", region_name=python["default"]["region"])
    region = "valid"
except InvalidRegionError:
    region = "invalid"
print(python, node, twice, region, sep="\n")
assert python["default"] == {"region": "eu-central-1 # Frankfurt"} and region == "invalid"
assert node["default"] == {"region": "eu-central-1"}
assert python["my shop"] == {"region": "eu-west-1"} and not any("my shop" in name for name in node)
assert python["tests"] == {"region": "eu-west-2"} and "region" not in node["tests"]
assert twice == "refused" and joined["prod"] == {"region": "eu-north-1", "output": "text"}
END_OF
