#!/usr/bin/env bash
# @aws-sdk/client-sts 3.1177.0 (npm) beside boto3 1.44.8 and AWS provider 5.100.0 (from the registry or a mirror in TF_CLI_CONFIG_FILE) with Terraform 1.11.4, Python 3.11, Node 20, 2026-11-29.
# A job has keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, as a step before it left them there, and AWS_PROFILE names a profile of ~/.aws/config. Which one wins is expected to be one answer, as the variables are the same for all programs of AWS, and
# the CLI's page has it: the keys. So it is for boto3 and for Terraform. AWS SDK for JavaScript v3 takes the profile, and says so in a warning that is printed once, and that it may change. A profile that is given in code wins in Python too.
# Of a deployment in one shell, Terraform makes the bucket in one account and the script in Node looks for it in the other, or empties the one of the same kind there; where both exist, nothing fails.
# Seen, in the signatures that arrived: the key of the variables from boto3 and Terraform, that of the profile from Node, with one warning; the profile's key from boto3 with profile_name, and from all three without keys in variables.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
${PYTHON:-python3.11} -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check boto3==1.44.8 botocore==1.44.8
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund @aws-sdk/client-sts@3.1177.0
cat > config <<'END_OF'
[profile production]
aws_access_key_id = OF-THE-PROFILE
aws_secret_access_key = one
region = eu-central-1
END_OF
cat > main.tf <<'END_OF'
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}
provider "aws" {
  skip_metadata_api_check = true
}
data "aws_caller_identity" "this" {}
END_OF
cat > node.mjs <<'END_OF'
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
await new STSClient().send(new GetCallerIdentityCommand());
END_OF
cat > seen.py <<'END_OF'
import os
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANSWER = b"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::111122223333:user/one</Arn><UserId>one</UserId><Account>111122223333</Account>
</GetCallerIdentityResult><ResponseMetadata><RequestId>one</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""
keys = set()


class STS(BaseHTTPRequestHandler):
    def do_POST(self):
        keys.add(re.search("Credential=([^/]+)/", self.headers["Authorization"]).group(1))
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), STS)
threading.Thread(target=server.serve_forever, daemon=True).start()
plain = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
plain |= {
    "AWS_ENDPOINT_URL_STS": f"http://127.0.0.1:{server.server_port}",
    "AWS_REGION": "eu-central-1",
    "AWS_CONFIG_FILE": os.path.abspath("config"),
    "AWS_SHARED_CREDENTIALS_FILE": os.path.abspath("none"),
    "AWS_PROFILE": "production",
}
BOTO3 = "import boto3; boto3.Session({}).client('sts', region_name='eu-central-1').get_caller_identity()"
PROGRAMS = {
    "boto3": [sys.executable, "-c", BOTO3.format("")],
    "boto3 with profile_name": [sys.executable, "-c", BOTO3.format("profile_name='production'")],
    "terraform": ["terraform", "plan", "-input=false"],
    "node": ["node", "--no-warnings", "node.mjs"],
}


def used(command, **more):
    keys.clear()
    ran = subprocess.run(command, env=plain | more, check=True, capture_output=True, text=True)
    [key] = keys
    return key, ran.stderr.count("AWS_PROFILE")


both = {name: used(command, AWS_ACCESS_KEY_ID="OF-VARIABLES", AWS_SECRET_ACCESS_KEY="two") for name, command in PROGRAMS.items()}
profile = {name: used(command) for name, command in PROGRAMS.items()}
print(both, profile)
assert {name: key for name, (key, _) in both.items()} == {
    "boto3": "OF-VARIABLES",
    "boto3 with profile_name": "OF-THE-PROFILE",
    "terraform": "OF-VARIABLES",
    "node": "OF-THE-PROFILE",
}
assert both["node"][1] > 0 and both["boto3"][1] == both["terraform"][1] == 0
assert set(profile.values()) == {("OF-THE-PROFILE", 0)}
END_OF
terraform init > /dev/null
venv/bin/python seen.py
