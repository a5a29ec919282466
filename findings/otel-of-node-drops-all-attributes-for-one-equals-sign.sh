#!/usr/bin/env bash
# @opentelemetry/resources 2.12.1 (npm) beside opentelemetry-sdk 1.45.2 (Python), Python 3.11, Node 20, 2026-11-29.
# OTEL_RESOURCE_ATTRIBUTES says what a service is: service.version=7,deployment.environment=prod. The specification lets a value have whatever W3C Baggage lets it have, an equals sign too, as base64 and the queries of
# addresses do; a pair that is none is expected to be left out by itself. Python does both. Node gives the whole variable up: one value with an equals sign, one word without, or one per cent sign that encodes
# nothing, and no attribute is left. What it thinks of it goes to a logger that is off unless a program sets one.
# All spans and metrics of that service come without version and environment, so they fall out of every dashboard and alarm that filters by them, while the services in Python with the same
# variable in their task definition are right. A comma at the end and blanks around are no fault for either.
# Seen: {} from Node for a=b in a value, for a pair without a sign, and for 50%; team alone, with and without the other, from Python; nothing on stderr of Node.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check opentelemetry-sdk==1.45.2
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund @opentelemetry/resources@2.12.1 @opentelemetry/api@1.9.0
cat > seen.cjs <<'END_OF'
const { envDetector, detectResources } = require("@opentelemetry/resources");
console.log(JSON.stringify(detectResources({ detectors: [envDetector] }).attributes));
END_OF
cat > seen.py <<'END_OF'
import json
import os
import subprocess

from opentelemetry.sdk.resources import OTELResourceDetector

asked = {
    "plain": "team=shop,size=2",
    "comma": " team=shop , size=2,",
    "equals": "team=shop,query=size=2",
    "word": "team=shop,canary",
    "per cent": "team=shop,share=50%",
}


def of_node():
    ran = subprocess.run(["node", "seen.cjs"], capture_output=True, text=True, check=True)
    assert not ran.stderr, ran.stderr
    return json.loads(ran.stdout)


seen = {}
for name, value in asked.items():
    os.environ["OTEL_RESOURCE_ATTRIBUTES"] = value
    seen[name] = of_node(), dict(OTELResourceDetector().detect().attributes)
for name, both in seen.items():
    print(name, *both)
two = {"team": "shop", "size": "2"}
assert seen == {
    "plain": (two, two),
    "comma": (two, two),
    "equals": ({}, {"team": "shop", "query": "size=2"}),
    "word": ({}, {"team": "shop"}),
    "per cent": ({}, {"team": "shop", "share": "50%"}),
}
END_OF
venv/bin/python seen.py
