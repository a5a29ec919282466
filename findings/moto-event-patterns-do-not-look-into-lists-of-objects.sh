#!/usr/bin/env bash
# moto 5.2.5 with boto3 1.44.5, Python 3.11, 2026-11-28.
# An event pattern names a field below a list of objects as if the list were not there: {"containers": {"exitCode": [1]}}
# matches when one of the containers has that code (EventBridge User Guide, event patterns, arrays). ECS's events are full of
# such lists. moto plays lists of plain values, but looks for a field of objects in a list nowhere: such a rule never fires,
# and nothing says so. A test of the rule that expects no event passes for the wrong reason.
# Seen: the events that each pattern lets through, of one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[events,sqs]==5.2.5' boto3==1.44.5
export AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_DEFAULT_REGION=eu-central-1
"$folder/venv/bin/python" -W ignore - <<'END'
import json

import boto3
from moto import mock_aws

with mock_aws():
    events, sqs = boto3.client("events"), boto3.client("sqs")
    url = sqs.create_queue(QueueName="seen")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def through(pattern, detail):
        events.put_rule(Name="rule", EventPattern=json.dumps({"detail": pattern}))
        events.put_targets(Rule="rule", Targets=[{"Id": "seen", "Arn": arn}])
        events.put_events(
            Entries=[{"Source": "shop", "DetailType": "task", "Detail": json.dumps(detail)}]
        )
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        print(f"{json.dumps(pattern):55} {json.dumps(detail):48} {len(messages)}")
        return len(messages)

    code = {"containers": {"exitCode": [1]}}
    above = {"containers": {"exitCode": [{"numeric": [">", 0]}]}}
    # An object, and lists of plain values: as on AWS.
    assert through(code, {"containers": {"exitCode": 1}}) == 1
    assert through({"codes": [1]}, {"codes": [0, 1]}) == 1
    assert through({"codes": [{"numeric": [">", 0]}]}, {"codes": [0, 1]}) == 1
    # On AWS 1 in each.
    assert through(code, {"containers": [{"exitCode": 1}]}) == 0
    assert through(code, {"containers": [{"exitCode": 0}, {"exitCode": 1}]}) == 0
    assert through(above, {"containers": [{"exitCode": 137}]}) == 0
END
