#!/usr/bin/env bash
# moto 5.2.5 with boto3 1.44.8, Python 3.11, 2026-11-29.
# ModifyDBInstance without ApplyImmediately keeps a new class, version or password for the maintenance window: RDS answers with the old class, and with the new
# one under PendingModifiedValues. moto has the new one at once, whatever was asked, and no PendingModifiedValues at all. A tool that tells which changes
# still wait for the window, or a test that a resize by day does not restart the database, is never shown the case. It also makes a
# storage smaller, which RDS refuses for every engine, so a slip in a size that would fail on AWS is a success here.
# Seen: db.t4g.large at once and no pending value, with ApplyImmediately=False as well; 20 GiB where 100 were.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[rds]==5.2.5' boto3==1.44.8 botocore==1.44.8
AWS_ACCESS_KEY_ID=one AWS_SECRET_ACCESS_KEY=two AWS_DEFAULT_REGION=eu-central-1 "$folder/venv/bin/python" - <<'END_OF'
import boto3
from moto import mock_aws

with mock_aws():
    rds = boto3.client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier="shop", DBInstanceClass="db.t4g.micro", Engine="mysql", AllocatedStorage=100,
        MasterUsername="shop", MasterUserPassword="only-for-moto",
    )
    answers = []
    for words in ({}, {"ApplyImmediately": False}):
        rds.modify_db_instance(DBInstanceIdentifier="shop", DBInstanceClass="db.t4g.micro", ApplyImmediately=True)
        answers.append(rds.modify_db_instance(DBInstanceIdentifier="shop", DBInstanceClass="db.t4g.large", **words)["DBInstance"])
    [described] = rds.describe_db_instances(DBInstanceIdentifier="shop")["DBInstances"]
    smaller = rds.modify_db_instance(DBInstanceIdentifier="shop", AllocatedStorage=20, ApplyImmediately=True)["DBInstance"]
seen = [(db["DBInstanceClass"], db.get("PendingModifiedValues")) for db in [*answers, described]]
print(seen, smaller["AllocatedStorage"])
assert seen == [("db.t4g.large", None)] * 3
assert smaller["AllocatedStorage"] == 20
END_OF
