#!/usr/bin/env bash
# Terraform 1.11.4 with AWS provider 5.100.0 (from the registry or a mirror in TF_CLI_CONFIG_FILE) and moto 5.2.5, Python 3.11, 2026-11-29.
# Terraform is interrupted once while AWS makes a log group and has not answered yet. One expects that Terraform, which says that it shuts down
# gracefully, waits for the answer and notes the log group in its state. Terraform asks the provider to stop, and that drops the request at once:
# the log group is made, and no state knows it. The next apply fails, since the name is taken. Of what has no name of its own, such as a VPC,
# the next apply makes a second one.
# Seen: exit code 1 and "context canceled" while the answer is held back; the group in moto ['/shop']; resources in the state [];
# the next apply 1, ResourceAlreadyExistsException.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[logs,server]==5.2.5' boto3==1.44.5
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
variable "address" { type = string }
provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "x"
  secret_key                  = "x"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  endpoints { logs = var.address }
}
resource "aws_cloudwatch_log_group" "shop" {
  name = "/shop"
}
END
"$folder/venv/bin/python" - <<'END'
import json
import os
import signal
import subprocess
import threading

import boto3
from moto.logs.responses import LogsResponse
from moto.server import ThreadedMotoServer

made, answer = threading.Event(), threading.Event()
create = LogsResponse.create_log_group


def slowly(self):
    said = create(self)
    made.set()
    answer.wait(60)
    return said


LogsResponse.create_log_group = slowly
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
address = f"http://{host}:{port}"
given = {**os.environ, "TF_VAR_address": address, "TF_INPUT": "0"}
apply = ["terraform", "apply", "-auto-approve", "-no-color"]


def text(*command):
    return subprocess.run(command, env=given, stdout=subprocess.PIPE, text=True, check=True).stdout


try:
    text("terraform", "init")
    process = subprocess.Popen(apply, env=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert made.wait(120)
    process.send_signal(signal.SIGINT)
    # AWS has not answered yet, and does only once Terraform has ended.
    said, _ = process.communicate(timeout=50)
    answer.set()
    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    logs = boto3.client("logs", region_name="eu-central-1", endpoint_url=address, **keys)
    there = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    state = json.loads(text("terraform", "show", "-json")).get("values", {})
    known = [one["address"] for one in state.get("root_module", {}).get("resources", [])]
    again = subprocess.run(apply, env=given, capture_output=True, text=True)
finally:
    answer.set()
    server.stop()
print(process.returncode, "Gracefully" in said, "context canceled" in said, there, known, again.returncode)
assert process.returncode == 1
assert "Gracefully shutting down" in said and "context canceled" in said
assert (there, known) == (["/shop"], [])
assert again.returncode == 1 and "ResourceAlreadyExistsException" in again.stderr
END
