#!/usr/bin/env bash
# kombu 5.7.0 with boto3 1.44.8 and moto 5.2.5 (its SQS), Python 3.11, 2026-11-29.
# kombu, which Celery stands on, has queues in RabbitMQ, Redis and SQS under the names that a program gives them, and two names are two queues. SQS takes letters, figures, hyphens and underscores
# alone, so one expects another name to be refused. It is rewritten: a dot becomes a hyphen, any other mark an underscore. Names that differ in nothing else are one queue, made without a
# word: shop.orders and shop-orders, mail:eu and mail_eu. Whoever reads one gets what was sent to the other, and the message's own delivery_info still names the queue that it was meant for.
# In Celery such names part the fast tasks from the slow, or two programs in one account. Moved from Redis to SQS, workers take each other's tasks, and Celery drops
# those that it does not know. The alarm on the depth of the one queue tells of both.
# Seen: a message for shop.orders comes out of shop-orders, with routing_key shop.orders; three names with `:`, `/` and `_` are one queue.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check kombu==5.7.0 boto3==1.44.8 botocore==1.44.8 'moto[sqs]==5.2.5'
export AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b AWS_DEFAULT_REGION=eu-central-1
"$folder/venv/bin/python" - <<'END_OF'
import boto3
from kombu import Connection
from moto import mock_aws


def names():
    return sorted(url.rsplit("/", 1)[1] for url in boto3.client("sqs").list_queues().get("QueueUrls", []))


with mock_aws():
    options = {"region": "eu-central-1", "wait_time_seconds": 0}
    with Connection("sqs://", transport_options=options) as broker:
        orders, other = broker.SimpleQueue("shop.orders"), broker.SimpleQueue("shop-orders")
        orders.put({"order": 1})
        message = other.get(block=False)
        print(names(), message.payload, message.delivery_info["routing_key"])
        assert names() == ["shop-orders"]
        assert message.payload == {"order": 1}
        assert message.delivery_info["routing_key"] == "shop.orders"
        message.ack()

        queues = [broker.SimpleQueue(name) for name in ("mail:eu", "mail/eu", "mail_eu")]
        queues[0].put("for mail:eu")
        last = queues[2].get(block=False)
        print(names(), last.payload)
        assert names() == ["mail_eu", "shop-orders"]
        assert last.payload == "for mail:eu"
        last.ack()
END_OF
