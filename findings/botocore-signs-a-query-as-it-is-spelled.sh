#!/usr/bin/env bash
# botocore 1.44.5 (Python) beside aws4 1.13.2 (npm), Python 3.11, Node 20, 2026-11-29.
# For an API of one's own behind IAM (API Gateway, a Lambda URL, OpenSearch) requests are signed with botocore's SigV4Auth and an
# AWSRequest, as AWS' examples do. The signature covers the query in its canonical form, in which every value is percent-encoded, `/`, `:` and `,`
# too. SigV4Auth takes the query of a URL for canonical already: `?next=/a/b` or `?t=10:30`, which clients send like that, are signed as they
# stand, and the service, which encodes them, answers 403 for a signature that does not match. The same values as `params` are
# encoded, so that one of two calls works. aws4 signs both spellings alike.
# Seen: the third line of the canonical request: next=/a/b and next=%2Fa%2Fb; from aws4 next=%2Fa%2Fb for both.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check botocore==1.44.5
npm install --silent --no-audit --no-fund --prefix "$folder" aws4@1.13.2
cd "$folder"
cat > sign.cjs <<'END_OF'
const { RequestSigner } = require("aws4");
const keys = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
console.log(JSON.stringify(process.argv.slice(2).map((query) => {
  const signer = new RequestSigner({ service: "execute-api", region: "eu-central-1", path: "/?" + query,
    host: "abc.execute-api.eu-central-1.amazonaws.com", headers: { "X-Amz-Date": "20261129T000000Z" } }, keys);
  signer.prepareRequest();
  return signer.canonicalString().split("\n")[2];
})));
END_OF
"$folder/venv/bin/python" - <<'END_OF'
import json
import subprocess

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

auth = SigV4Auth(Credentials("AKIDEXAMPLE", "secret"), "execute-api", "eu-central-1")
host = "https://abc.execute-api.eu-central-1.amazonaws.com/"


def signed(query="", **params):
    request = AWSRequest("GET", host + (query and "?" + query), params=params)
    request.headers["X-Amz-Date"] = "20261129T000000Z"
    request.context["timestamp"] = "20261129T000000Z"
    return auth.canonical_request(request).split("\n")[2]


spelled = ["next=/a/b", "t=10:30", "q=a,b"]
url = [signed(query) for query in spelled]
params = [signed(next="/a/b"), signed(t="10:30"), signed(q="a,b")]
run = subprocess.run(["node", "sign.cjs", *spelled, *params], capture_output=True, text=True, check=True)
node = json.loads(run.stdout)
print(url, params, node, sep="\n")
assert url == spelled
assert params == ["next=%2Fa%2Fb", "t=10%3A30", "q=a%2Cb"]
assert node == params + params
END_OF
