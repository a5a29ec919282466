#!/usr/bin/env bash
# botocore 1.44.8 with boto3 1.44.8, Python 3.11, 2026-11-29.
# The Stubber of botocore holds the answer that a test gives it against the model of the service and refuses a member that is unknown or of a wrong type. It does so by the
# rules for requests. There a timestamp may be a text or a number, a blob may be a text and a list a tuple; botocore never answers like that: a timestamp is a datetime
# with a zone and a blob is bytes. What the test gave goes to the program as it stands. A test with createdAt copied from the output of the AWS
# CLI so passes the check, and code that compares, sorts or prints texts is green in it and a TypeError in production.
# It matters wherever a clean-up or a deployment that acts by age was only ever tested with stubs; a KMS plaintext behaves like that too.
# Seen: createdAt is a str, or an int, with the Stubber, and a datetime from the same JSON over HTTP; Plaintext is a str with the Stubber, and bytes over HTTP.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check boto3==1.44.8 botocore==1.44.8
"$folder/venv/bin/python" - <<'END_OF'
import json
import threading
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import boto3
from botocore.exceptions import ParamValidationError
from botocore.stub import Stubber


class Service(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        answer = {
            "DescribeServices": {"services": [{"createdAt": 1795946400}]},
            "Decrypt": {"Plaintext": "c2hvcA=="},
        }[self.headers["X-Amz-Target"].split(".")[-1]]
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


server = HTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()


def client(name):
    return boto3.client(
        name,
        endpoint_url=f"http://127.0.0.1:{server.server_port}",
        region_name="eu-central-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )


def created(ecs):
    return ecs.describe_services(services=["web"])["services"][0]["createdAt"]


def stubbed(value):
    ecs = client("ecs")
    with Stubber(ecs) as stub:
        stub.add_response("describe_services", {"services": [{"createdAt": value}]})
        return created(ecs)


real = created(client("ecs"))
text, number = stubbed("2026-11-29T10:00:00Z"), stubbed(1795946400)
print("HTTP:", repr(real), "Stubber:", repr(text), repr(number))
assert isinstance(real, datetime) and real.tzinfo is not None
assert text == "2026-11-29T10:00:00Z" and number == 1795946400

kms = client("kms")
plain = kms.decrypt(CiphertextBlob=b"x")["Plaintext"]
with Stubber(kms) as stub:
    stub.add_response("decrypt", {"Plaintext": "shop"})
    word = kms.decrypt(CiphertextBlob=b"x")["Plaintext"]
print("HTTP:", repr(plain), "Stubber:", repr(word))
assert plain == b"shop" and word == "shop"

try:
    stubbed(["2026-11-29"])
    raise SystemExit("a list passes for a timestamp")
except ParamValidationError as error:
    print("refused:", str(error).splitlines()[1])
END_OF
