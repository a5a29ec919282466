#!/usr/bin/env bash
# botocore 1.44.8, Python 3.11, 2026-11-28.
# `get_available_regions` is how a program asks where a service is offered, and boto3 passes it on. It reads a list
# (endpoints.json) that botocore itself has given up: clients find their endpoints by rules that come with each service. A service
# that came since then has no region in the list, 145 of them by now (a few have no regions at AWS either), and
# some older ones lack all the newer regions. The answer is an empty list and no error, so a loop over the regions of Aurora DSQL or
# Bedrock does nothing, while a client for one of them is made as for any other service.
# Seen: [] for dsql, s3tables and bedrock-runtime, with clients for Frankfurt; pipes without eight regions that ECS has.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check botocore==1.44.8
"$folder/venv/bin/python" - <<'END'
import botocore.session

session = botocore.session.get_session()
session.set_credentials("x", "x")
services = session.get_available_services()
without = [name for name in services if not session.get_available_regions(name)]
print(len(without), "of", len(services), "services have no region in the list")
assert len(without) == 145
for name in ("dsql", "s3tables", "bedrock-runtime"):
    address = session.create_client(name, region_name="eu-central-1").meta.endpoint_url
    print(name, session.get_available_regions(name), address)
    assert name in without and "eu-central-1" in address
missing = sorted(set(session.get_available_regions("ecs")) - set(session.get_available_regions("pipes")))
print("pipes lacks", missing)
assert len(missing) == 8 and "mx-central-1" in missing
assert "mx-central-1" in session.create_client("pipes", region_name="mx-central-1").meta.endpoint_url
END
