#!/usr/bin/env bash
# Terraform 1.11.4 with AWS provider 5.100.0 (from the registry or a mirror in TF_CLI_CONFIG_FILE) and moto 5.2.5, Python 3.11, 2026-11-28.
# An ECR repository that scanned images on push is changed to `scan_on_push = false`. One expects the provider to send that: it sends an empty
# structure, since the Go SDK that it is built with writes no boolean that is false where the API has no third state. AWS takes that for the
# default. moto takes an empty structure for none and keeps what it had, so apply succeeds and the same change is planned for ever.
# Botocore sends the false, and moto takes it: a test with boto3 does not show it.
# Seen: body {"imageScanningConfiguration":{},...}; plan after the apply 2; with boto3 scanOnPush False; plan after that 0.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[ecr,server]==5.2.5' boto3==1.44.5
cd "$folder"
cat > main.tf <<'END'
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}
variable "ecr" { type = string }
variable "scan" { type = bool }
provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "x"
  secret_key                  = "x"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  endpoints { ecr = var.ecr }
}
resource "aws_ecr_repository" "shop" {
  name = "shop"
  image_scanning_configuration { scan_on_push = var.scan }
}
END
"$folder/venv/bin/python" - <<'END'
import json
import os
import subprocess

import boto3
from moto.ecr.responses import ECRResponse
from moto.server import ThreadedMotoServer

bodies = []
put = ECRResponse.put_image_scanning_configuration


def kept(self):
    bodies.append(json.loads(self.body))
    return put(self)


ECRResponse.put_image_scanning_configuration = kept
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
address = f"http://{host}:{port}"
environment = {**os.environ, "TF_VAR_ecr": address, "TF_INPUT": "0"}


def terraform(scan, *command):
    given = {**environment, "TF_VAR_scan": scan}
    return subprocess.run(["terraform", *command], env=given, stdout=subprocess.DEVNULL).returncode


try:
    assert terraform("true", "init") == 0
    assert terraform("true", "apply", "-auto-approve") == 0
    assert terraform("false", "apply", "-auto-approve") == 0
    again = terraform("false", "plan", "-detailed-exitcode")
    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    ecr = boto3.client("ecr", region_name="eu-central-1", endpoint_url=address, **keys)
    ecr.put_image_scanning_configuration(repositoryName="shop", imageScanningConfiguration={"scanOnPush": False})
    after = terraform("false", "plan", "-detailed-exitcode")
finally:
    server.stop()
sent = [body["imageScanningConfiguration"] for body in bodies]
print(sent, again, after)
assert sent == [{}, {"scanOnPush": False}]
assert (again, after) == (2, 0)
END
