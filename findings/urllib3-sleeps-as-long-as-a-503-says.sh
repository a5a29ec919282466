#!/usr/bin/env bash
# urllib3 2.8.0, Python 3.11, 2026-11-29.
# Without being asked urllib3 repeats a request whose connection fails, three times; for an answer with an error there is `status_forcelist`, which is
# empty. So one takes a 503 for final. It is so, unless it has a Retry-After: a GET that is answered 503, 429 or 413 with that header is sent
# three times more by a bare PoolManager, and before each urllib3 sleeps for as long as the header says (of a day, six hours). `timeout`
# does not end that sleep, it is for connections and reads. A check with a timeout of half a second behind a load balancer whose target says
# "back in an hour", in maintenance or over its rate, sleeps for an hour at a time, and in a Lambda function until that is ended.
# `retries=False` is the way out; Retry(connect=2), which names connections alone, sends eleven requests, for its total is ten.
# Seen: 503 after 4 requests and 3 s with a timeout of 0.5 s and Retry-After: 1; one request for a POST, without the header, and for a 502.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check urllib3==2.8.0
"$folder/venv/bin/python" - <<'END_OF'
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import urllib3

requests = []


class Busy(BaseHTTPRequestHandler):
    """Answers with the status in the path, and with the Retry-After behind it."""

    def do_GET(self):
        requests.append(self.path)
        _, status, *after = self.path.split("/")
        self.send_response(int(status))
        for seconds in after:
            self.send_header("Retry-After", seconds)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *words):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Busy)
threading.Thread(target=server.serve_forever, daemon=True).start()


def ask(method, path, **words):
    requests.clear()
    begun = time.monotonic()
    answer = urllib3.PoolManager().request(method, f"http://127.0.0.1:{server.server_port}{path}", timeout=0.5, **words)
    return answer.status, len(requests), round(time.monotonic() - begun)


slept = ask("GET", "/503/1")
rest = [ask("POST", "/503/1"), ask("GET", "/503"), ask("GET", "/502/1"), ask("GET", "/503/1", retries=False)]
named = ask("GET", "/503/0", retries=urllib3.Retry(connect=2))
print(slept, rest, named, urllib3.Retry.DEFAULT.total, urllib3.Retry.DEFAULT.status_forcelist)
assert slept == (503, 4, 3)
assert [answer[:2] for answer in rest] == [(503, 1), (503, 1), (502, 1), (503, 1)]
assert named[:2] == (503, 11)
assert not urllib3.Retry.DEFAULT.status_forcelist
assert urllib3.Retry.DEFAULT.retry_after_max == 6 * 3600
END_OF
