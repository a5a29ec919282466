#!/usr/bin/env bash
# awscli 1.46.3 (2026-11) and botocore 1.44.8, Python 3.11, 2026-11-29.
# A command that AWS answers page by page is one answer in the CLI, with the lists of all pages in it, and so is `build_full_result` in
# boto3. What stands beside the list, and is not named in the data that both go by, is dropped without a word. `elasticache
# describe-cache-parameters` so shows no maxmemory, which has a list of its own since it is given by node type. Of ECR's new
# DescribeReplicationBackfillResults, asked for the status, the progress and the code of a failure, only `results` are left, which are empty until
# it is over: a copy of all images to a second region that failed looks like one that has just begun. `--no-paginate`, or the call
# itself, shows all.
# Seen: no CacheNodeTypeSpecificParameters without --no-paginate; {"results": []} of a backfill that is FAILED.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/cli"
"$folder/cli/bin/pip" install --quiet --disable-pip-version-check awscli==1.46.3
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check botocore==1.44.8
cd "$folder"
export AWS_CONFIG_FILE=none AWS_SHARED_CREDENTIALS_FILE=none AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x AWS_DEFAULT_REGION=eu-central-1
"$folder/venv/bin/python" - <<'END_OF'
import json
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from botocore.session import Session

BACKFILL = {
    "registryId": "123456789012",
    "replicationBackfillId": "b-1",
    "status": "FAILED",
    "failureCode": "AccessDenied",
    "progress": {
        "totalReplicationCount": 3,
        "completedReplicationCount": 0,
        "failedReplicationCount": 3,
        "failureCodes": ["AccessDenied"],
    },
    "results": [],
}
PARAMETERS = """<DescribeCacheParametersResponse xmlns="http://elasticache.amazonaws.com/doc/2015-02-02/"><DescribeCacheParametersResult>
<CacheNodeTypeSpecificParameters><CacheNodeTypeSpecificParameter><ParameterName>maxmemory</ParameterName>
</CacheNodeTypeSpecificParameter></CacheNodeTypeSpecificParameters>
<Parameters><Parameter><ParameterName>timeout</ParameterName></Parameter></Parameters>
</DescribeCacheParametersResult></DescribeCacheParametersResponse>"""


class Service(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = json.dumps(BACKFILL) if "X-Amz-Target" in self.headers else PARAMETERS
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *words):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
endpoint = f"http://127.0.0.1:{server.server_port}"


def cli(*more):
    command = ["elasticache", "describe-cache-parameters", "--cache-parameter-group-name", "default.redis7"]
    given = ["cli/bin/python", "-m", "awscli", "--endpoint-url", endpoint, "--output", "json", *command, *more]
    return json.loads(subprocess.run(given, capture_output=True, text=True, check=True).stdout)


ecr = Session().create_client("ecr", endpoint_url=endpoint)
pages = ecr.get_paginator("describe_replication_backfill_results").paginate(replicationBackfillId="b-1")
called = ecr.describe_replication_backfill_results(replicationBackfillId="b-1")
full, shown, whole = pages.build_full_result(), cli(), cli("--no-paginate")
server.shutdown()
print(full, called["status"], shown, whole, sep="\n")
assert full == {"results": []} and called["status"] == "FAILED" and called["progress"]["failedReplicationCount"] == 3
assert shown == {"Parameters": [{"ParameterName": "timeout"}]}
assert whole["CacheNodeTypeSpecificParameters"] == [{"ParameterName": "maxmemory"}]
END_OF
