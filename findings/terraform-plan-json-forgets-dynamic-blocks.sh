#!/usr/bin/env bash
# Terraform 1.11.4 with AWS provider 5.100.0 (from the registry or a mirror in TF_CLI_CONFIG_FILE), 2026-11-28.
# `configuration` of a plan in JSON is where expressions and their references are looked up: which variable decides about which
# argument. A nested block has its entry there. A `dynamic` block has none: neither its for_each, nor what is in its content, nor
# any sign that there was one, so whoever asks there what depends on a variable is told "nothing", and a review
# that compares the configuration of two plans sees no difference.
# Seen: planned with two ingress rules and stickiness; the variables of the static arguments found, those of the dynamic blocks not.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
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
provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "x"
  secret_key                  = "x"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}
variable "path" { default = "/health" }
variable "ports" { default = [80, 443] }
variable "seconds" { default = [60] }
resource "aws_security_group" "web" {
  name = "web"
  dynamic "ingress" {
    for_each = var.ports
    content {
      protocol    = "tcp"
      from_port   = ingress.value
      to_port     = ingress.value
      cidr_blocks = ["10.0.0.0/8"]
    }
  }
}
resource "aws_lb_target_group" "web" {
  port     = 80
  protocol = "HTTP"
  vpc_id   = "vpc-1"
  health_check { path = var.path }
  dynamic "stickiness" {
    for_each = var.seconds
    content {
      type            = "lb_cookie"
      cookie_duration = stickiness.value
    }
  }
}
END
terraform init -input=false >/dev/null
terraform plan -input=false -out=saved >/dev/null
terraform show -json saved > plan.json
python3 - <<'END'
import json

plan = json.load(open("plan.json"))
planned = {change["address"]: change["change"]["after"] for change in plan["resource_changes"]}
resources = {r["address"]: r["expressions"] for r in plan["configuration"]["root_module"]["resources"]}
text = json.dumps(resources)
print({address: sorted(expressions) for address, expressions in resources.items()})
assert len(planned["aws_security_group.web"]["ingress"]) == 2
assert planned["aws_lb_target_group.web"]["stickiness"][0]["cookie_duration"] == 60
assert sorted(resources["aws_security_group.web"]) == ["name"]
assert sorted(resources["aws_lb_target_group.web"]) == ["health_check", "port", "protocol", "vpc_id"]
assert "var.path" in text and "var.ports" not in text and "var.seconds" not in text
END
