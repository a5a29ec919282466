#!/usr/bin/env bash
# aws-lambda-powertools 3.37.0 (2026-10) with pydantic 2.14.4, boto3 1.43.117 and moto 5.2.5, Python 3.11, 2026-11-29.
# S3 tells of a new object in two ways. In its own notifications the key is encoded as in a form, a space is `+`; in EventBridge's events the key is as it is. Powertools has a class for each event, which is there so that nobody has to know that, and one expects
# `event.detail.object.key` to be a key that can be read. It decodes in EventBridge's event too, where nothing is encoded: a plus becomes a space and a per cent sign with two figures one letter, while the pydantic model of the same event in the same package
# leaves the key alone. In S3's own event it is half and half: `event.object_key` is decoded, the key of each of its `records` is not.
# A file called "c++ 2026.log", or a backup with +0100 in its name, is NoSuchKey, and comes back from the queue until it is dropped; where both names are there, the wrong object is read, and deleted.
# Seen, for the key "logs/a+b c%41.gz": "logs/a b cA.gz" from EventBridge and NoSuchKey for it, the right key from the model; of S3's own event the right key from object_key and "logs%2Fa%2Bb+c%2541.gz" from its records.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check aws-lambda-powertools==3.37.0 pydantic==2.14.4 moto==5.2.5 boto3==1.43.117 botocore==1.43.117 py-partiql-parser
cat > "$folder/seen.py" <<'END_OF'
import json

import boto3
from aws_lambda_powertools.utilities.data_classes import S3Event, S3EventBridgeNotificationEvent
from aws_lambda_powertools.utilities.parser.models import S3EventNotificationEventBridgeModel
from botocore.exceptions import ClientError
from moto import mock_aws

KEY = "logs/a+b c%41.gz"


@mock_aws
def events():
    s3, sqs, bridge = (boto3.client(name) for name in ("s3", "sqs", "events"))
    queues = {}
    for name in ("own", "bridge"):
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        queues[name] = url, arn
    bridge.put_rule(Name="new", EventPattern=json.dumps({"source": ["aws.s3"], "detail-type": ["Object Created"]}))
    bridge.put_targets(Rule="new", Targets=[{"Id": "queue", "Arn": queues["bridge"][1]}])
    s3.create_bucket(Bucket="shop", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    own = {"QueueArn": queues["own"][1], "Events": ["s3:ObjectCreated:*"]}
    configuration = {"QueueConfigurations": [own], "EventBridgeConfiguration": {}}
    s3.put_bucket_notification_configuration(Bucket="shop", NotificationConfiguration=configuration)
    s3.put_object(Bucket="shop", Key=KEY, Body=b"data")
    got = {}
    for name, (url, _) in queues.items():
        bodies = [json.loads(message["Body"]) for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]]
        [got[name]] = [body for body in bodies if body.get("Event") != "s3:TestEvent"]
    key = S3EventBridgeNotificationEvent(got["bridge"]).detail.object.key
    try:
        s3.get_object(Bucket="shop", Key=key)
    except ClientError as error:
        return got, key, error.response["Error"]["Code"]
    return got, key, None


got, key, error = events()
sent = got["bridge"]["detail"]["object"]["key"]
# moto leaves out of the event what the model wants besides.
whole = got["bridge"] | {"detail": {"version": "0", "request-id": "one", "requester": "111122223333"} | got["bridge"]["detail"]}
whole["detail"]["object"] |= {"etag": "0" * 32, "sequencer": "0", "version-id": ""}
by_model = S3EventNotificationEventBridgeModel.model_validate(whole).detail.object.key
print("EventBridge:", sent, "class:", key, error, "model:", by_model)
assert (sent, key, error, by_model) == (KEY, "logs/a b cA.gz", "NoSuchKey", KEY)

encoded = got["own"]["Records"][0]["s3"]["object"]["key"]
event = S3Event(got["own"])
of_record = next(event.records).s3.get_object.key
print("S3:", encoded, "class:", event.object_key, of_record)
assert encoded == of_record == "logs%2Fa%2Bb+c%2541.gz" and event.object_key == KEY
END_OF
AWS_ACCESS_KEY_ID=one AWS_SECRET_ACCESS_KEY=two AWS_DEFAULT_REGION=eu-central-1 "$folder/venv/bin/python" -W ignore "$folder/seen.py"
