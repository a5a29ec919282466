#!/usr/bin/env bash
# vcrpy 9.4.2 with boto3 1.44.8, Python 3.11, 2026-11-29.
# It records what a test asks of an API and plays it back later, and an answer is expected to go only to the request that it was given for. Requests are compared by method and address,
# and each recorded answer is used once. For ECS, CloudWatch Logs, DynamoDB, Secrets Manager and all of the services with a JSON protocol these are the same for every call, POST to `/`: the operation
# stands in the header X-Amz-Target and the arguments in the body, and neither is looked at. So the answers are dealt out in the order of the recording, whatever is asked.
# Two calls that change places get each other's answer, and botocore, which takes from an answer what it knows, makes empty ones of both, without an error. Another cluster gets the
# first one's tasks. The recording has header and body, but `match_on` has to name the body, and a comparison of one's own the header ("headers" compares the date and the signature as well).
# It matters since a test of a clean-up that is played back stays green when the code asks for another cluster, another secret or another table.
# Seen: describe_services and list_tasks changed places: both empty; list_tasks of cluster "test" is told the task of cluster "prod"; with "body" in match_on the last is refused.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check vcrpy==9.4.2 boto3==1.44.8 botocore==1.44.8
cd "$folder"
venv/bin/python - <<'END_OF'
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3
import vcr


class Ecs(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = {
            "ListTasks": {"taskArns": [f"task-of-{body['cluster']}"]},
            "DescribeServices": {"services": [{"serviceName": "web"}], "failures": []},
        }[self.headers["X-Amz-Target"].split(".")[-1]]
        text = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *words):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Ecs)
threading.Thread(target=server.serve_forever, daemon=True).start()
ecs = boto3.client(
    "ecs",
    endpoint_url=f"http://127.0.0.1:{server.server_port}",
    region_name="eu-central-1",
    aws_access_key_id="a",
    aws_secret_access_key="b",
)


def tasks(cluster):
    return ecs.list_tasks(cluster=cluster).get("taskArns")


def services(cluster):
    return ecs.describe_services(cluster=cluster, services=["web"]).get("services")


with vcr.use_cassette("two.yaml"):
    recorded = tasks("prod"), services("prod")
with vcr.use_cassette("two.yaml", record_mode="none"):
    exchanged = services("prod"), tasks("prod")
with vcr.use_cassette("two.yaml", record_mode="none"):
    other = tasks("test")
print("recorded:", recorded)
print("exchanged:", exchanged)
print("of another cluster:", other)
assert recorded == (["task-of-prod"], [{"serviceName": "web"}])
assert not exchanged[0] and not exchanged[1]
assert other == ["task-of-prod"]

by_body = ["method", "scheme", "host", "port", "path", "query", "body"]
with vcr.use_cassette("two.yaml", record_mode="none", match_on=by_body):
    try:
        tasks("test")
        raise SystemExit("the body is not compared")
    except Exception as error:
        print("with the body:", type(error).__name__)
        assert "Can't" in str(error) and "play" in str(error).lower(), error
END_OF
