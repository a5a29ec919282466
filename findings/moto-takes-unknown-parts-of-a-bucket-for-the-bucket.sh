#!/usr/bin/env bash
# moto 5.2.5, 2026-11-28.
# S3 keeps the parts of a bucket in its query string. A part that moto does not know is passed over, and what is left
# is a request about the bucket itself: setting a metrics configuration makes the bucket anew, which fails
# with a complaint about its region, and in us-east-1, where making an own bucket twice is no error,
# it "succeeds". Nothing says that the call is not there.
# Seen: IllegalLocationConstraintException in eu-central-1, 200 in us-east-1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[s3]==5.2.5' boto3==1.43.29
"$folder/venv/bin/python" - <<'END'
import os

os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x")
import boto3
from botocore.exceptions import ClientError
from moto import mock_aws

seen = {}
with mock_aws():
    for region in ("eu-central-1", "us-east-1"):
        s3 = boto3.client("s3", region_name=region)
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=f"shop-{region}", **place)
        try:
            answer = s3.put_bucket_metrics_configuration(
                Bucket=f"shop-{region}", Id="all", MetricsConfiguration={"Id": "all"}
            )
            seen[region] = answer["ResponseMetadata"]["HTTPStatusCode"]
        except ClientError as error:
            seen[region] = error.response["Error"]["Code"]
print(seen)
assert seen == {"eu-central-1": "IllegalLocationConstraintException", "us-east-1": 200}
END
