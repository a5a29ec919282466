#!/usr/bin/env bash
# boto3 1.44.8 with moto 5.2.5, and @aws-sdk/client-dynamodb 3.1169.0 and client-kinesis 3.1143.0 (npm), Python 3.11, Node 20, 2026-11-29.
# AWS_ACCOUNT_ID is a favourite name of one's own: the account whose registry has the images, or to which a job deploys. The variables that an SDK reads are thought of as region, profile and keys. Both read this one too, beside keys in variables, and make a
# host of it: DynamoDB is asked at 444455556666.ddb.eu-central-1.amazonaws.com and Kinesis at 444455556666.control-kinesis..., whatever account the keys are of. What is no account is taken as well: with hyphens, as the console prints it, or as a word it is
# a host that nobody has. With keys from a profile it is left alone, and so are clients of other services, so that the same program works on one machine and not on the next.
# The connection fails for a name that nobody wrote, or a request with one account's keys goes to another's endpoint; a proxy or a firewall that lets dynamodb.eu-central-1.amazonaws.com through does not know the name. Tests with moto know every such host.
# Seen: the account, "4444-5555-6666" and "production" in the hosts of both services and both languages; the plain host without the variable, with AWS_ACCOUNT_ID_ENDPOINT_MODE=disabled, with keys of a profile, and for SQS; a list of tables from moto for all.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
${PYTHON:-python3.11} -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'moto[dynamodb]==5.2.5' boto3==1.44.8 botocore==1.44.8
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund @aws-sdk/client-dynamodb@3.1169.0 @aws-sdk/client-kinesis@3.1143.0 @aws-sdk/client-sqs@3.1175.0
cat > config <<'END_OF'
[profile keys]
aws_access_key_id = one
aws_secret_access_key = two
END_OF
cat > hosts.py <<'END_OF'
import json
from urllib.parse import urlsplit

import boto3
from moto import mock_aws


class Asked(Exception):
    pass


def host(service, operation):
    def stop(request, **_):
        raise Asked(urlsplit(request.url).hostname)

    client = boto3.client(service, region_name="eu-central-1")
    client.meta.events.register_first("before-send", stop)
    try:
        getattr(client, operation)()
    except Asked as asked:
        return str(asked)


with mock_aws():
    of_moto = boto3.client("dynamodb", region_name="eu-central-1").list_tables()["TableNames"]
hosts = host("dynamodb", "list_tables"), host("kinesis", "list_streams"), host("sqs", "list_queues")
print(json.dumps([*hosts, of_moto]))
END_OF
cat > hosts.mjs <<'END_OF'
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { KinesisClient, ListStreamsCommand } from "@aws-sdk/client-kinesis";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";

async function host(client, command) {
  client.middlewareStack.add(() => ({ request }) => Promise.reject({ hostname: request.hostname }), {
    step: "finalizeRequest",
    priority: "low",
  });
  return client.send(command).catch(({ hostname }) => hostname);
}

console.log(
  JSON.stringify([
    await host(new DynamoDBClient(), new ListTablesCommand()),
    await host(new KinesisClient(), new ListStreamsCommand()),
    await host(new SQSClient(), new ListQueuesCommand()),
  ]),
);
END_OF
cat > seen.py <<'END_OF'
import json
import os
import subprocess
import sys

plain = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
plain |= {"AWS_REGION": "eu-central-1", "AWS_CONFIG_FILE": "config", "AWS_SHARED_CREDENTIALS_FILE": "none", "AWS_EC2_METADATA_DISABLED": "true"}
KEYS = {"AWS_ACCESS_KEY_ID": "one", "AWS_SECRET_ACCESS_KEY": "two"}
PROFILE = {"AWS_PROFILE": "keys"}
PLAIN = ["dynamodb.eu-central-1.amazonaws.com", "kinesis.eu-central-1.amazonaws.com", "sqs.eu-central-1.amazonaws.com"]


def hosts(**more):
    seen = []
    for command in ([sys.executable, "hosts.py"], ["node", "--no-warnings", "hosts.mjs"]):
        ran = subprocess.run(command, env=plain | more, check=True, capture_output=True, text=True)
        seen.append(json.loads(ran.stdout))
    (*of_python, of_moto), of_node = seen
    print(more, of_python, of_node)
    assert of_moto == []
    return of_python, of_node


assert hosts(**KEYS) == (PLAIN, PLAIN)
for account in ("444455556666", "4444-5555-6666", "production"):
    given = [f"{account}.ddb.eu-central-1.amazonaws.com", f"{account}.control-kinesis.eu-central-1.amazonaws.com", PLAIN[2]]
    assert hosts(AWS_ACCOUNT_ID=account, **KEYS) == (given, given)
assert hosts(AWS_ACCOUNT_ID="444455556666", **PROFILE) == (PLAIN, PLAIN)
assert hosts(AWS_ACCOUNT_ID="444455556666", AWS_ACCOUNT_ID_ENDPOINT_MODE="disabled", **KEYS) == (PLAIN, PLAIN)
END_OF
venv/bin/python seen.py
