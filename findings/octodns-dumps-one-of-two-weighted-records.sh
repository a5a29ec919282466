#!/usr/bin/env bash
# octodns 1.22.0 with octodns-route53 1.3.1, boto3 1.43.117 and moto 5.2.5, Python 3.11, 2026-11-29.
# `octodns-dump` writes the records of a zone in Route 53 to a file, which is how a zone that was made by hand, or by Terraform, comes under octoDNS or moves to another service. Records with a routing policy of Route 53 are
# expected to be refused, or to be warned about, if it cannot write them. Of two weighted records it writes one, as a simple record; of records by latency or by location it writes the address without the policy, as if there were no other;
# an HTTPS record is left out. The log counts what it found and says nothing of what it dropped, and a sync of the file right after it has "No changes", which is how one would check it.
# Of a blue and green pair with 10 and 90 per cent so the one that is first in the list is left, in this case that with 10, once the file is the source of a new zone.
# Seen: 192.0.2.2 alone of 192.0.2.2 and 192.0.2.3; no weight, region or continent in the file; no HTTPS; no line of the log above INFO; "No changes were planned".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check octodns==1.22.0 octodns-route53==1.3.1 \
  moto==5.2.5 boto3==1.43.117 botocore==1.43.117 flask flask-cors
cd "$folder"
mkdir zones
cat > octodns.yaml <<'END_OF'
providers:
  file: {class: octodns.provider.yaml.YamlProvider, directory: zones, default_ttl: 300, enforce_order: false}
  route53: {class: octodns_route53.Route53Provider}
zones:
  shop.test.: {sources: [file], targets: [route53]}
END_OF
cat > seen.py <<'END_OF'
import logging
import os
import re
import subprocess

from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
host, port = server.get_host_and_port()
os.environ["AWS_ENDPOINT_URL"] = f"http://{host}:{port}"

import boto3
import yaml

route53 = boto3.client("route53")
zone = route53.create_hosted_zone(Name="shop.test.", CallerReference="one")["HostedZone"]["Id"]


def create(name, value, kind="A", **policy):
    record = {"Name": f"{name}.shop.test.", "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value}], **policy}
    changes = [{"Action": "CREATE", "ResourceRecordSet": record}]
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})


def octodns(command, *arguments):
    ran = subprocess.run([f"venv/bin/octodns-{command}", "--config-file", "octodns.yaml", *arguments], capture_output=True, text=True, check=True)
    lines = ran.stdout + ran.stderr
    assert "INFO" in lines and not re.search(r"WARN|ERROR|CRITICAL", lines), lines
    return lines


try:
    create("www", "192.0.2.1")
    create("api", "192.0.2.2", SetIdentifier="blue", Weight=10)
    create("api", "192.0.2.3", SetIdentifier="green", Weight=90)
    create("near", "192.0.2.4", SetIdentifier="eu", Region="eu-central-1")
    create("home", "192.0.2.5", SetIdentifier="eu", GeoLocation={"ContinentCode": "EU"})
    create("web", '1 . alpn="h2"', "HTTPS")
    octodns("dump", "--output-dir", "zones", "shop.test.", "route53")
    synced = octodns("sync")
finally:
    server.stop()
written = yaml.safe_load(open("zones/shop.test.yaml"))
print({name: record for name, record in written.items() if name})
assert written["api"] == {"ttl": 60, "type": "A", "value": "192.0.2.2"}
assert written["near"] == {"ttl": 60, "type": "A", "value": "192.0.2.4"}
assert written["home"] == {"ttl": 60, "type": "A", "value": "192.0.2.5"}
assert "www" in written and "web" not in written
assert "No changes were planned" in synced
END_OF
AWS_ACCESS_KEY_ID=one AWS_SECRET_ACCESS_KEY=two AWS_DEFAULT_REGION=eu-central-1 venv/bin/python -W ignore seen.py
