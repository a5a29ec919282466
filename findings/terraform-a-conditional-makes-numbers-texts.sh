#!/usr/bin/env bash
# Terraform 1.11.4 with AWS provider 5.100.0 (from the registry or a mirror in TF_CLI_CONFIG_FILE), 2026-11-29.
# `merge(container, var.large ? { memory = 512, user = "app" } : {})` adds to a container what only some environments have. Both sides
# of `? :` get one type, and that of an object with a number and a text, and of an empty one, is a map of texts: the number comes out as "512",
# whichever side was taken. Lists do the same, and so do two objects with a number each, of which one has a text more. Without the text it stays a
# number, so it happens on the day somebody adds `user`. ECS' provider refuses the text with an error that names a struct of
# Go; jsonencode into a parameter, a policy or a file of settings hands it on as it is.
# Seen: memory "512" with user, 512 without; ["512", "web"]; cannot unmarshal string into ... Memory of type int32.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
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
  region                      = "eu-central-1"
  access_key                  = "x"
  secret_key                  = "x"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}
variable "large" {
  type    = bool
  default = true
}
variable "ecs" {
  type    = bool
  default = false
}
locals {
  web = { name = "web", image = "web", memory = 256 }
  seen = {
    with    = merge(local.web, var.large ? { memory = 512, user = "app" } : {})
    without = merge(local.web, var.large ? { memory = 512 } : {})
    both    = var.large ? { memory = 512 } : { memory = 256, user = "app" }
    list    = var.large ? [512, "web"] : []
  }
}
output "seen" { value = jsonencode(local.seen) }
resource "aws_ecs_task_definition" "shop" {
  count                 = var.ecs ? 1 : 0
  family                = "shop"
  container_definitions = jsonencode([local.seen.with])
}
END_OF
export TF_INPUT=0
terraform init > /dev/null
terraform plan -out=plan > /dev/null
terraform show -json plan > plan.json
if terraform plan -no-color -var ecs=true > error.txt 2>&1; then echo "the text was taken"; exit 1; fi
python3 - <<'END_OF'
import json

seen = json.loads(json.load(open("plan.json"))["planned_values"]["outputs"]["seen"]["value"])
error = " ".join(open("error.txt").read().split())
print(seen)
assert seen["with"]["memory"] == "512" and seen["with"]["user"] == "app"
assert seen["without"]["memory"] == 512
assert seen["both"] == {"memory": "512"} and seen["list"] == ["512", "web"]
assert "cannot unmarshal string into Go struct field ContainerDefinition.Memory of type int32" in error
END_OF
