#!/usr/bin/env bash
# ecs-logging 2.3.0 (Elastic Common Schema), Python 3.11, 2026-11-28.
# Its formatter takes fields that every line has, `StdlibFormatter(extra={...})`, and each call of the logger may add its own. One
# expects the call to win over the formatter. A field that both have raises a TypeError inside of the formatter, which Python's logging
# writes to stderr and swallows: the line is lost, the program goes on. The same for a field that it fills in itself, `process.pid` or
# `log.level`, and for `user` beside `user.name`. A None and an empty mapping are left out, NaN is written as it is, which is no JSON.
# Seen: nothing logged in each of the four cases; NaN in the line.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check ecs-logging==2.3.0
"$folder/venv/bin/python" - 2> "$folder/stderr" <<'END'
import io
import logging

import ecs_logging


def lines(extra, always=None):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(ecs_logging.StdlibFormatter(extra=always or {}))
    logger = logging.Logger("shop")
    logger.addHandler(handler)
    logger.error("payment failed", extra=extra)
    return stream.getvalue().splitlines()


DEFAULT = {"service.environment": "dev"}
assert len(lines({"order.id": 7}, DEFAULT)) == 1
lost = [
    lines({"service.environment": "prod"}, DEFAULT),
    lines({"process.pid": 7}),
    lines({"log.level": "fatal"}),
    lines({"user": "bob", "user.name": "Bob"}),
]
odd = lines({"ratio": float("nan"), "user.name": None, "labels": {}})
print(lost, odd)
assert lost == [[], [], [], []]
assert "NaN" in odd[0] and "labels" not in odd[0] and "user" not in odd[0]
END
[ "$(grep -c '^TypeError: Type mismatch' "$folder/stderr")" = 4 ]
