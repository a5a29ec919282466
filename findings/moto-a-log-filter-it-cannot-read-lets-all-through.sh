#!/usr/bin/env bash
# moto 5.2.5 with boto3 1.44.5, Python 3.11, 2026-11-28.
# FilterLogEvents takes patterns of several kinds: words, words without others, "?a ?b" for either, fields of JSON,
# columns in brackets, %regular expressions%. moto plays plain words. Of a pattern of another kind it says nothing: the
# answer holds every event, so a test that looks for the one error passes whatever the pattern says, and a
# test that expects none fails. Words with an exclusion behind them (ERROR -audit) are the other way round: nothing matches.
# Seen: of four events, what each kind lets through.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[logs]==5.2.5' boto3==1.44.5
export AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none AWS_DEFAULT_REGION=eu-central-1
"$folder/venv/bin/python" -W ignore - <<'END'
import time

import boto3
from moto import mock_aws

EVENTS = ["ERROR payment", "warning stock", '{"level": "info", "ms": 12}', "GET 200 /products"]
ALL = len(EVENTS)

with mock_aws():
    logs = boto3.client("logs")
    logs.create_log_group(logGroupName="/shop")
    logs.create_log_stream(logGroupName="/shop", logStreamName="api")
    now = int(time.time() * 1000)
    logs.put_log_events(
        logGroupName="/shop",
        logStreamName="api",
        logEvents=[{"timestamp": now, "message": event} for event in EVENTS],
    )

    def through(pattern):
        count = len(logs.filter_log_events(logGroupName="/shop", filterPattern=pattern)["events"])
        print(f"{pattern:28} {count} of {ALL}")
        return count

    # Plain words are played: AWS and moto agree.
    assert through("ERROR") == 1 and through('"GET 200"') == 1 and through("nothing") == 0
    # On AWS: none, one, two, none, none.
    assert through('{ $.level = "error" }') == ALL
    assert through("{ $.ms > 10 }") == ALL
    assert through("?ERROR ?warning") == ALL
    assert through("[method, code=5*, path]") == ALL
    assert through("%^PUT%") == ALL
    # On AWS: the first.
    assert through("ERROR -audit") == 0
END
