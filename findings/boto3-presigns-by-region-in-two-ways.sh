#!/usr/bin/env bash
# boto3 1.44.8 with botocore 1.44.8, Python 3.11, 2026-11-29.
# A client of S3 signs its requests with Signature Version 4 in every region. One expects the same of `generate_presigned_url`. In eight of the older regions, us-east-1 and
# eu-west-1 among them, and without a region, the address is signed with Version 2 of 2006; in the others, eu-central-1 for one, with Version 4. Nothing but the region differs.
# The two are not alike: S3 refuses Version 2 for objects that are encrypted with a key of KMS, and Version 4 for more than seven days, which Version 2 takes. ExpiresIn is held against
# neither: ten days, zero and a timedelta (as "1:00:00") become part of an address that never works in the one region, the ten days do in the other.
# So links that work in Frankfurt fail in Ireland once a bucket gets a key of its own, and links for ten days the other way round. Config(signature_version="s3v4") makes them the same.
# Seen: Version 2 in ap-northeast-1, ap-southeast-1, ap-southeast-2, eu-west-1, sa-east-1, us-east-1, us-west-1 and us-west-2 of the regions of `aws`; requests themselves have Version 4.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check boto3==1.44.8 botocore==1.44.8
env -u AWS_REGION -u AWS_DEFAULT_REGION AWS_CONFIG_FILE=/dev/null "$folder/venv/bin/python" - <<'END_OF'
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import boto3
from botocore.config import Config

session = boto3.Session(aws_access_key_id="a", aws_secret_access_key="b")


def link(region, expires=3600, **options):
    client = session.client("s3", region_name=region, **options)
    address = client.generate_presigned_url(
        "get_object", Params={"Bucket": "shop-files", "Key": "invoice.pdf"}, ExpiresIn=expires
    )
    return parse_qs(urlsplit(address).query)


def version(query):
    return 4 if "X-Amz-Signature" in query else 2


class Stop(Exception):
    pass


def header(region):
    client, seen = session.client("s3", region_name=region), []

    def stop(request, **_):
        seen.append(request.headers["Authorization"])
        raise Stop

    client.meta.events.register("before-send.s3", stop)
    try:
        client.head_object(Bucket="shop-files", Key="invoice.pdf")
    except Stop:
        pass
    return seen[0].decode() if isinstance(seen[0], bytes) else seen[0]


old = [region for region in session.get_available_regions("s3") if version(link(region)) == 2]
print("Version 2:", *old)
assert old == [
    "ap-northeast-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "eu-west-1",
    "sa-east-1",
    "us-east-1",
    "us-west-1",
    "us-west-2",
]
assert version(link(None)) == 2
assert all(header(region).startswith("AWS4-HMAC-SHA256") for region in ("eu-west-1", "eu-central-1"))

days = timedelta(days=10).total_seconds()
print("ten days in eu-central-1:", link("eu-central-1", int(days))["X-Amz-Expires"])
assert link("eu-central-1", int(days))["X-Amz-Expires"] == ["864000"]
assert link("eu-central-1", 0)["X-Amz-Expires"] == ["0"]
assert link("eu-central-1", timedelta(hours=1))["X-Amz-Expires"] == ["1:00:00"]
assert version(link("eu-west-1", int(days))) == 2
assert version(link("eu-west-1", config=Config(signature_version="s3v4"))) == 4
END_OF
