#!/usr/bin/env bash
# aws-lambda-powertools 3.37.0 (2026-10), Python 3.11, 2026-11-29.
# Its Logger writes a line of JSON with the text under `message`. A text that happens to be JSON is not a text any more: "123456789012", an
# account number, is a number, "true" a boolean, "[1]" a list; of "null" there is no message at all, and a number of twenty figures is beyond what
# most readers of JSON keep. "007" stays a text. One field of several types is what an index of OpenSearch refuses, so exactly such lines
# are lost on their way from CloudWatch. A field that is appended by the name `level` replaces the level of the line, so that a filter for
# ERROR misses an error; the same name given as `extra` to one call does not.
# Seen: 123456789012, True, [1], no message, 12345678901234567890, "007"; level ERROR with extra, "basic" with append_keys.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check aws-lambda-powertools==3.37.0
"$folder/venv/bin/python" - <<'END_OF'
import io
import json

from aws_lambda_powertools import Logger

out = io.StringIO()
logger = Logger(service="shop", stream=out)
texts = ["123456789012", "true", "[1]", "null", "12345678901234567890", "007"]
for text in texts:
    logger.info(text)
logger.error("card refused", extra={"level": "basic"})
logger.append_keys(level="basic")
logger.error("card refused")
lines = [json.loads(line) for line in out.getvalue().splitlines()]
messages = [line.get("message", "missing") for line in lines[:6]]
levels = [line["level"] for line in lines[6:]]
print(messages, levels)
assert messages[:3] == [123456789012, True, [1]] and messages[4:] == [12345678901234567890, "007"]
assert messages[3] == "missing"
assert levels == ["ERROR", "basic"]
END_OF
