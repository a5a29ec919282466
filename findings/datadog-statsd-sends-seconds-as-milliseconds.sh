#!/usr/bin/env bash
# datadog 0.56.0 beside statsd 4.0.1 (both PyPI), Python 3.11, 2026-11-29.
# The CloudWatch agent listens for StatsD on port 8125, so an application may count with either client. In the protocol a timing has the unit `ms`
# and is in milliseconds. datadog's `timed` measures in seconds and sends that figure with `ms` all the same, unless it is made with
# use_ms=True: 0.2 s become a fifth of a millisecond, and an alarm on a latency of 500 never rings. A gauge below zero is sent as it
# is, which in StatsD means "less by 5", so that two reports of -5 are -10; statsd sends a zero before it. Datadog's own agent reads both as they
# were meant, one that only knows the protocol does not.
# Seen: `query:0.2...|ms` and `query:200...|ms` for the same 200 ms; `balance:-5|g` alone and after `balance:0|g`.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check datadog==0.56.0 statsd==4.0.1
"$folder/venv/bin/python" - <<'END_OF'
import re
import socket
import time

from datadog.dogstatsd import DogStatsd
from statsd import StatsClient

agent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
agent.bind(("127.0.0.1", 0))
agent.settimeout(10)
port = agent.getsockname()[1]
clients = {
    "datadog": DogStatsd(host="127.0.0.1", port=port, disable_buffering=True, disable_telemetry=True),
    "datadog with use_ms": DogStatsd(
        host="127.0.0.1", port=port, disable_buffering=True, disable_telemetry=True, use_ms=True
    ),
    "statsd": StatsClient("127.0.0.1", port),
}
milliseconds, gauges = {}, {}
for name, client in clients.items():
    with client.timed("query") if hasattr(client, "timed") else client.timer("query"):
        time.sleep(0.2)
    sent = agent.recv(4096).decode()
    milliseconds[name] = float(re.fullmatch(r"query:([0-9.]+)\|ms\n?", sent)[1])
    client.gauge("balance", -5)
    gauges[name] = agent.recv(4096).decode().split()
print(milliseconds, gauges)
assert 0.2 <= milliseconds["datadog"] < 20
assert 200 <= milliseconds["datadog with use_ms"] < 20_000
assert 200 <= milliseconds["statsd"] < 20_000
assert gauges["datadog"] == ["balance:-5|g"]
assert gauges["statsd"] == ["balance:0|g", "balance:-5|g"]
END_OF
