#!/usr/bin/env bash
# botocore 1.44.8 with boto3 1.44.8, Python 3.11, 2026-11-29.
# "max_attempts" is a key of ~/.aws/config, of the variable AWS_MAX_ATTEMPTS and of Config(retries={...}), and one expects what moves from one to the
# other to stay what it is. In the file and the variable it counts the attempts, as the name says; in Config it counts those after the
# first, and the key that counts like the others is called total_max_attempts. So 3 are three requests or four, 1 is no retry or one, and 0, which
# Config takes for "never again", is an error in the file when the client is made. A call that must not be sent twice, a message to SNS or
# SQS, is made safe by 1 in a variable of the task definition, and not by 1 in code.
# Seen: requests counted at a server that answers 500: 3, 3, 4 and 3 for 3; 1, 1, 2 and 1 for 1; InvalidMaxRetryAttemptsError for the 0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check boto3==1.44.8 botocore==1.44.8
cd "$folder"
env -u AWS_PROFILE -u AWS_RETRY_MODE -u AWS_MAX_ATTEMPTS AWS_ACCESS_KEY_ID=one AWS_SECRET_ACCESS_KEY=two venv/bin/python - <<'END_OF'
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, InvalidMaxRetryAttemptsError

requests = []


class Failing(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        requests.append(self.path)
        self.send_response(500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Failing)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}"


def count(file="", variable=None, **retries):
    open("config", "w").write(f"[default]\nregion = eu-central-1\n{file}\n")
    os.environ["AWS_CONFIG_FILE"] = "config"
    os.environ.pop("AWS_MAX_ATTEMPTS", None)
    if variable:
        os.environ["AWS_MAX_ATTEMPTS"] = variable
    requests.clear()
    config = Config(retries=retries) if retries else None
    try:
        boto3.Session().client("sts", endpoint_url=address, config=config).get_caller_identity()
    except ClientError:
        return len(requests)


def four(number):
    return [
        count(file=f"max_attempts = {number}"),
        count(variable=str(number)),
        count(max_attempts=number),
        count(total_max_attempts=number),
    ]


three, one, none = four(3), four(1), count(max_attempts=0)
try:
    count(file="max_attempts = 0")
    refused = ""
except InvalidMaxRetryAttemptsError as error:
    refused = str(error)
print(three, one, none, refused)
assert three == [3, 3, 4, 3] and one == [1, 1, 2, 1] and none == 1
assert "greater than or equal to 1" in refused
END_OF
