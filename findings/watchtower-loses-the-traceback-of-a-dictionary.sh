#!/usr/bin/env bash
# watchtower 3.4.0 with moto 5.2.5 and boto3 1.44.8, Python 3.11, 2026-11-29.
# It is a handler of Python's logging that writes to CloudWatch Logs, and takes a dictionary in place of a text, which becomes an event in JSON whose
# fields Logs Insights finds. `logger.exception` is expected to add the traceback to either. With a text it does; with a dictionary the
# exception is gone, its type, message and traceback, without a warning, and what is left says only where the program was. A number that is NaN, as an
# average over nothing, makes a line that is no JSON, so that none of its fields is found. A text sent with `extra=` comes without its fields.
# Seen: ZeroDivisionError in the event of the text, {"where": "checkout"} alone for the dictionary, {"share": NaN}.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check watchtower==3.4.0 'moto[logs]==5.2.5' boto3==1.44.8 botocore==1.44.8
AWS_ACCESS_KEY_ID=one AWS_SECRET_ACCESS_KEY=two AWS_DEFAULT_REGION=eu-central-1 "$folder/venv/bin/python" -W ignore::DeprecationWarning - <<'END_OF'
import json
import logging
import warnings

import boto3
import watchtower
from moto import mock_aws

with mock_aws(), warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always", watchtower.WatchtowerWarning)
    logs = boto3.client("logs")
    handler = watchtower.CloudWatchLogHandler(log_group_name="shop", log_stream_name="web", boto3_client=logs)
    logger = logging.Logger("shop")
    logger.addHandler(handler)
    for message in ("checkout", {"where": "checkout"}):
        try:
            1 / 0
        except ZeroDivisionError:
            logger.exception(message)
    logger.info({"share": float("nan")})
    logger.info("checkout", extra={"order": 7})
    handler.close()
    answer = logs.get_log_events(logGroupName="shop", logStreamName="web", startFromHead=True)
    events = [event["message"] for event in answer["events"]]
said = [str(one.message) for one in said if issubclass(one.category, watchtower.WatchtowerWarning)]
print(events, said)
assert events[0].startswith("checkout\nTraceback") and "ZeroDivisionError" in events[0]
assert json.loads(events[1]) == {"where": "checkout"}
assert events[2] == '{"share": NaN}'
assert events[3] == "checkout"
assert not said
END_OF
