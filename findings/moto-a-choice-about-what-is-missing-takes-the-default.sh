#!/usr/bin/env bash
# moto 5.2.5 with boto3 1.44.5, Python 3.11, 2026-11-29.
# moto runs state machines, with `execute_state_machine`, so a test of one says which way an input takes. A Choice that asks about a field
# which the input does not have ends a run on AWS: States.Runtime, an invalid path, which is what IsPresent is for. In moto it is a comparison
# that is not true: the Default is taken, and below a Not it is true. So the test of a machine passes for an input that fails in production, an
# order without its optional field. Lists are compared as Python does: States.ArrayContains finds 1 in [true], and ArrayUnique drops
# the true beside it. A text as output comes without its quotation marks, so json.loads of it fails, on AWS it is JSON like any other.
# Seen: SUCCEEDED with the output default, and with chosen for the Not; true for ArrayContains; [1, "1"] from [1, true, "1"].
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[stepfunctions]==5.2.5' boto3==1.44.5
AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x AWS_DEFAULT_REGION=eu-central-1 "$folder/venv/bin/python" - <<'END_OF'
import json
import time

import boto3
from moto import mock_aws


def run(client, name, definition, given):
    role = "arn:aws:iam::123456789012:role/states"
    machine = client.create_state_machine(name=name, definition=json.dumps(definition), roleArn=role)["stateMachineArn"]
    execution = client.start_execution(stateMachineArn=machine, input=json.dumps(given))["executionArn"]
    for _ in range(100):
        ended = client.describe_execution(executionArn=execution)
        if ended["status"] == "FAILED" or ended.get("output"):
            return ended["status"], ended.get("output")
        time.sleep(0.1)
    raise SystemExit("still running")


def choice(condition):
    states = {name: {"Type": "Pass", "Result": name, "End": True} for name in ("chosen", "default")}
    states["choose"] = {"Type": "Choice", "Choices": [{**condition, "Next": "chosen"}], "Default": "default"}
    return {"StartAt": "choose", "States": states}


def function(call):
    return {"StartAt": "A", "States": {"A": {"Type": "Pass", "Parameters": {"r.$": call}, "End": True}}}


asked = {"Variable": "$.coupon", "StringEquals": "SUMMER"}
with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
    client = boto3.client("stepfunctions")
    plain = run(client, "plain", choice(asked), {"order": 1})
    inverted = run(client, "inverted", choice({"Not": asked}), {"order": 1})
    contains = run(client, "contains", function("States.ArrayContains($.a, 1)"), {"a": [True]})
    unique = run(client, "unique", function("States.ArrayUnique($.a)"), {"a": [1, True, "1"]})
print(plain, inverted, contains, unique, sep="\n")
assert plain == ("SUCCEEDED", "default") and inverted == ("SUCCEEDED", "chosen")
assert contains == ("SUCCEEDED", '{"r": true}')
assert unique == ("SUCCEEDED", '{"r": [1, "1"]}')
END_OF
