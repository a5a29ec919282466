#!/usr/bin/env bash
# requests-aws4auth 1.4.0 (2026-10) beside botocore 1.44.5 (Python) and aws4 1.13.2 (npm), Python 3.11, Node 20, 2026-11-29.
# A key of S3 is a text, not a path: `logs//web.gz` is another object than `logs/web.gz`, and AWS says of its signature that the path of a
# request to S3 is not normalised. requests sends two slashes as two, and requests-aws4auth signs one of them, so the object can be neither read
# nor deleted with it: 403, a signature that does not match, which looks like wrong keys. Such keys come from a prefix that ends in
# a slash and a name that begins with one. Both other libraries sign what is sent.
# Seen: the path sent and the path signed, by each of the three, for three keys.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check requests-aws4auth==1.4.0 botocore==1.44.5
npm install --silent --no-audit --no-fund --prefix "$folder" aws4@1.13.2
cd "$folder"
cat > sign.cjs <<'END_OF'
const { RequestSigner } = require("aws4");
const keys = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
console.log(JSON.stringify(process.argv.slice(2).map((path) => {
  const signer = new RequestSigner({ service: "s3", region: "eu-central-1", host: "shop.s3.eu-central-1.amazonaws.com", path,
    headers: { "X-Amz-Date": "20261129T000000Z" } }, keys);
  signer.prepareRequest();
  return signer.canonicalString().split("\n")[1];
})));
END_OF
"$folder/venv/bin/python" - <<'END_OF'
import json
import subprocess
from urllib.parse import urlsplit

import requests
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from requests_aws4auth import AWS4Auth

host = "https://shop.s3.eu-central-1.amazonaws.com"
keys = ("AKIDEXAMPLE", "secret", "eu-central-1", "s3")


def with_requests(path):
    kept = []

    class Kept(AWS4Auth):
        def get_canonical_request(self, *given):
            text = super().get_canonical_request(*given)
            kept.append(text.split("\n")[1])
            return text

    sent = requests.Request("GET", host + path, auth=Kept(*keys)).prepare()
    return urlsplit(sent.url).path, kept[-1]


def with_botocore(path):
    request = AWSRequest("GET", host + path, headers={"X-Amz-Date": "20261129T000000Z"})
    request.context["timestamp"] = "20261129T000000Z"
    return S3SigV4Auth(Credentials(*keys[:2]), "s3", "eu-central-1").canonical_request(request).split("\n")[1]


paths = ["/logs/web.gz", "/logs//web.gz", "//web.gz"]
run = subprocess.run(["node", "sign.cjs", *paths], capture_output=True, text=True, check=True)
node = json.loads(run.stdout)
python = [with_botocore(path) for path in paths]
pairs = [with_requests(path) for path in paths]
print(pairs, python, node, sep="\n")
assert python == node == paths
assert pairs == [("/logs/web.gz", "/logs/web.gz"), ("/logs//web.gz", "/logs/web.gz"), ("//web.gz", "/web.gz")]
END_OF
