#!/usr/bin/env bash
# @aws-sdk/client-ecs 3.1164.0 (npm, 2026) beside boto3 1.44.8, Python 3.11, Node 20, 2026-11-29.
# Both SDKs are made from the same model of a service, so one expects both to hold a request against it. boto3 does, and refuses a key that the model does not have,
# a number that is a text, and a required member that is missing. The SDK for JavaScript checks nothing at all, and is not a plain pipe
# either: a key that it does not know is left out without a word, so `desiredcount: 0` scales nothing, ECS answers with success and the service runs
# on; null leaves the request as well, and its neighbours in a list move up; and NaN, which parseInt makes of an empty variable, is
# sent as the text "NaN". TypeScript sees the first in a literal, and none of it in what was read from a file.
# Seen: the five bodies at a server on loopback; ParamValidationError for each in Python.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check boto3==1.44.8 botocore==1.44.8
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund @aws-sdk/client-ecs@3.1164.0
cat > send.cjs <<'END_OF'
const http = require("http");
const { ECSClient, UpdateServiceCommand } = require("@aws-sdk/client-ecs");
const inputs = [
  { service: "web", desiredcount: 0 },
  { service: "web", desiredCount: "2" },
  { service: "web", desiredCount: parseInt("", 10) },
  { desiredCount: 2 },
  { service: "web", capacityProviderStrategy: [null, { capacityProvider: "spot" }] },
];
const bodies = [];
const server = http.createServer((request, response) => {
  let body = "";
  request.on("data", (part) => { body += part; });
  request.on("end", () => {
    bodies.push(JSON.parse(body));
    response.setHeader("content-type", "application/x-amz-json-1.1");
    response.end("{}");
  });
});
server.listen(0, "127.0.0.1", async () => {
  const client = new ECSClient({
    region: "eu-central-1", endpoint: `http://127.0.0.1:${server.address().port}`, maxAttempts: 1,
    credentials: { accessKeyId: "one", secretAccessKey: "two" } });
  for (const input of inputs) await client.send(new UpdateServiceCommand(input));
  console.log(JSON.stringify(bodies));
  process.exit(0);
});
END_OF
node send.cjs > bodies.json 2>/dev/null
AWS_ACCESS_KEY_ID=one AWS_SECRET_ACCESS_KEY=two venv/bin/python - <<'END_OF'
import json

import boto3
from botocore.exceptions import ParamValidationError

bodies = json.load(open("bodies.json"))
print(bodies)
assert bodies == [
    {"service": "web"},
    {"service": "web", "desiredCount": "2"},
    {"service": "web", "desiredCount": "NaN"},
    {"desiredCount": 2},
    {"service": "web", "capacityProviderStrategy": [{"capacityProvider": "spot"}]},
]
ecs = boto3.client("ecs", region_name="eu-central-1", endpoint_url="http://127.0.0.1:1")
inputs = [
    {"service": "web", "desiredcount": 0},
    {"service": "web", "desiredCount": "2"},
    {"service": "web", "desiredCount": float("nan")},
    {"desiredCount": 2},
    {"service": "web", "capacityProviderStrategy": [None, {"capacityProvider": "spot"}]},
]
refused = 0
for words in inputs:
    try:
        ecs.update_service(**words)
    except ParamValidationError:
        refused += 1
print("refused by boto3:", refused)
assert refused == 5
END_OF
