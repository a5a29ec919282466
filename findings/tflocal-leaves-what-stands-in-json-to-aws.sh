#!/usr/bin/env bash
# terraform-local 0.27.0 (PyPI, its command tflocal) with python-hcl2 8.1.4 and localstack-client 2.12, Python 3.11, with Terraform 1.11.4 and AWS provider 5.100.0 (from the registry or a mirror in TF_CLI_CONFIG_FILE), 2026-11-29.
# It runs Terraform against LocalStack without a change to the configuration: it reads which AWS providers and which S3 backend there are, and writes an override file that sends each of them to this machine. Terraform reads .tf.json as it reads .tf,
# and CDKTF writes nothing else, so one expects the same of it here. Only files that end in .tf are looked at. Of the same configuration in JSON the override has the default provider alone, in us-east-1 in place of its own region;
# a provider with an alias and the backend are not in it, and no warning says so.
# What was meant for a trial on the desk then asks AWS, with whatever credentials the shell has: the state of production is locked, read and written, and resources of the second provider are made there.
# Seen: of the configuration in HCL two providers and the backend in the override, and `terraform init` asks this machine; in JSON one provider, and a request to sts.eu-central-1.amazonaws.com, which a proxy here refuses.
set -euo pipefail
version=$(terraform version -json 2>/dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["terraform_version"])')
[ "$version" = 1.11.4 ] || { echo "needs Terraform 1.11.4 on the PATH, found $version"; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check terraform-local==0.27.0 python-hcl2==8.1.4 localstack-client==2.12
cd "$folder"
mkdir hcl json
cat > hcl/main.tf <<'END_OF'
terraform {
  backend "s3" {
    bucket      = "shop-state"
    key         = "shop"
    region      = "eu-central-1"
    max_retries = 1
  }
}
provider "aws" {
  region = "eu-central-1"
}
provider "aws" {
  alias  = "cdn"
  region = "us-west-2"
}
END_OF
cat > json/main.tf.json <<'END_OF'
{"terraform": {"backend": {"s3": {"bucket": "shop-state", "key": "shop", "region": "eu-central-1", "max_retries": 1}}},
 "provider": {"aws": [{"region": "eu-central-1"}, {"alias": "cdn", "region": "us-west-2"}]}}
END_OF
cat > seen.py <<'END_OF'
import os
import re
import socket
import subprocess
import threading
from pathlib import Path

asked = []
proxy = socket.create_server(("127.0.0.1", 0))


def refuse():
    while True:
        connection, _ = proxy.accept()
        with connection:
            asked.append(connection.makefile("rb").readline().decode().split()[1])
            connection.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")


threading.Thread(target=refuse, daemon=True).start()
# The port of LocalStack is a closed one, so that nothing on this machine answers in its place.
with socket.create_server(("127.0.0.1", 0)) as closed:
    nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"
environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
environment |= {
    "PATH": f"{Path('venv/bin').resolve()}:{os.environ['PATH']}",
    "DRY_RUN": "1",
    "AWS_ENDPOINT_URL": nobody,
    "AWS_ACCESS_KEY_ID": "one",
    "AWS_SECRET_ACCESS_KEY": "two",
}
behind = environment | {
    "AWS_ENDPOINT_URL": "",
    "CHECKPOINT_DISABLE": "1",
    "HTTPS_PROXY": f"http://127.0.0.1:{proxy.getsockname()[1]}",
}


def seen(form):
    asked.clear()
    said = subprocess.run(["tflocal", "plan"], cwd=form, env=environment, capture_output=True, text=True)
    assert said.returncode == 0 and "json" not in (said.stdout + said.stderr).lower()
    override = Path(form, "localstack_providers_override.tf").read_text()
    blocks = re.findall(r'^(provider "aws"|  backend "s3")', override, re.MULTILINE)
    regions = re.findall(r'^ {0,2}region = "(.*)"', override, re.MULTILINE)
    tried = subprocess.run(["terraform", "init", "-no-color"], cwd=form, env=behind, capture_output=True, text=True)
    assert tried.returncode == 1
    print(form, blocks, regions, asked, nobody in tried.stderr)
    return [block.split()[0] for block in blocks], regions, sorted(set(asked)), nobody in tried.stderr


assert seen("hcl") == (["provider", "provider", "backend"], ["eu-central-1", "us-west-2"], [], True)
assert seen("json") == (["provider"], ["us-east-1"], ["sts.eu-central-1.amazonaws.com:443"], False)
END_OF
venv/bin/python seen.py
