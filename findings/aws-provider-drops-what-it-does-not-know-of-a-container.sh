#!/usr/bin/env bash
# Terraform 1.11.4 with AWS provider 5.100.0 (from the registry or a mirror in TF_CLI_CONFIG_FILE) and moto 5.2.5, Python 3.11, 2026-11-28.
# `container_definitions` of aws_ecs_task_definition is JSON in ECS' own form, so one expects it to reach ECS, which refuses a key that it does
# not know. The provider reads it into a structure of its own before. A mistyped key is dropped without a word, at any depth, and the default
# holds: a container with "esential": false is essential. Capitals do not matter, Image is image, where ECS' own form has
# small first letters. The next plan has no changes, since what is compared is what was understood.
# Seen: applied with 0; essential true, no memoryReservation, no environment; NAME and Image taken; exit code 0 of the second plan.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[ecs,server]==5.2.5' boto3==1.44.5
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
variable "ecs" { type = string }
provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "x"
  secret_key                  = "x"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  endpoints { ecs = var.ecs }
}
resource "aws_ecs_task_definition" "shop" {
  family = "shop"
  container_definitions = jsonencode([
    { name = "web", image = "web", memory = 128 },
    {
      NAME               = "metrics"
      Image              = "metrics"
      memory             = 128
      esential           = false
      memory_reservation = 64
      enviroment         = [{ name = "A", value = "b" }]
      healthCheck        = { command = ["CMD", "true"], retrys = 9 }
    },
  ])
}
END
"$folder/venv/bin/python" - <<'END'
import os
import subprocess

import boto3
from moto.server import ThreadedMotoServer

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
address = f"http://{host}:{port}"
try:
    codes = []
    environment = {**os.environ, "TF_VAR_ecs": address, "TF_INPUT": "0"}
    for command in (["init"], ["apply", "-auto-approve"], ["plan", "-detailed-exitcode"]):
        ended = subprocess.run(["terraform", *command], env=environment, stdout=subprocess.DEVNULL)
        codes.append(ended.returncode)
    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    ecs = boto3.client("ecs", region_name="eu-central-1", endpoint_url=address, **keys)
    containers = ecs.describe_task_definition(taskDefinition="shop")["taskDefinition"]["containerDefinitions"]
finally:
    server.stop()
metrics = next(container for container in containers if container["name"] == "metrics")
print(codes, metrics)
assert codes == [0, 0, 0]
assert metrics["image"] == "metrics" and metrics["essential"] is True
assert "memoryReservation" not in metrics and metrics["environment"] == []
assert metrics["healthCheck"] == {"command": ["CMD", "true"]}
END
