#!/usr/bin/env bash
# Terraform 1.11.4 with AWS provider 5.100.0 (from the registry or a mirror in TF_CLI_CONFIG_FILE) and moto 5.2.5, Python 3.11, 2026-11-28.
# A further name of an aws_acm_certificate that leaves `subject_alternative_names` makes the provider plan a new certificate. The last one does
# not, where the argument goes with it or is null: the attribute is computed too, and what is not there is what AWS has. The certificate keeps the
# name, while a record of its validation that is made for each of the names is gone, and ACM renews no certificate of which a name cannot be
# validated. An empty list is taken for one without further names, which is not what a computed list of Terraform does elsewhere, and so is a list
# of the domain alone.
# Seen: exit codes of plans, 0 no change and 2 a new certificate: [a, b] to [a] 2; [a] to null 0; [a] to [] 2; [a] to [domain] 2.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[acm,server]==5.2.5'
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
variable "acm" { type = string }
variable "names" { type = list(string) }
provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "x"
  secret_key                  = "x"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
  endpoints { acm = var.acm }
}
resource "aws_acm_certificate" "shop" {
  domain_name               = "shop.example"
  subject_alternative_names = var.names
  validation_method         = "DNS"
}
END
"$folder/venv/bin/python" - <<'END'
import json
import os
import subprocess

from moto.server import ThreadedMotoServer

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
environment = {**os.environ, "TF_VAR_acm": f"http://{host}:{port}", "TF_INPUT": "0"}


def terraform(names, *command):
    given = {**environment, "TF_VAR_names": json.dumps(names)}
    return subprocess.run(["terraform", *command], env=given, stdout=subprocess.DEVNULL).returncode


def planned(names):
    return terraform(names, "plan", "-detailed-exitcode", "-out=plan")


def replaced():
    shown = subprocess.run(["terraform", "show", "-json", "plan"], env=environment, capture_output=True, check=True)
    [change] = json.loads(shown.stdout)["resource_changes"]
    return "delete" in change["change"]["actions"]


try:
    subprocess.run(["terraform", "init"], env=environment, stdout=subprocess.DEVNULL, check=True)
    a, b = "www.shop.example", "shop.test"
    assert terraform([a, b], "apply", "-auto-approve") == 0
    codes = {"a b": planned([a, b]), "domain a b": planned(["shop.example", a, b]), "a": planned([a])}
    assert replaced()
    assert terraform([a], "apply", "-auto-approve") == 0
    codes |= {"none": planned(None), "empty": planned([]), "domain": planned(["shop.example"])}
    assert replaced()
finally:
    server.stop()
print(codes)
assert codes == {"a b": 0, "domain a b": 0, "a": 2, "none": 0, "empty": 2, "domain": 2}
END
