#!/usr/bin/env bash
# moto 5.2.5 with boto3 1.43.117, Python 3.11, 2026-11-29.
# A tear-down of IAM is a matter of order: a role goes when nothing is attached to it, a policy when it is attached to nobody and has one version left (their own documentation, read here). moto holds to the first and refuses DeleteRole, so
# one expects it to hold to the second. DeletePolicy of a policy with three versions that two roles have succeeds; it is NoSuchEntity from then on, and both roles list it as before. A trust policy may name a role that is not there,
# where IAM refuses it as an invalid principal, and an eleventh and a twelfth policy are attached to a role that may have ten.
# A destroy in the wrong order so passes its test, and on AWS stops in the middle with DeleteConflict; a role that trusts one which is made after it is the same in the other direction.
# Seen: DeleteConflict for the role; NoSuchEntity for the policy, and its name in the lists of both roles; the trust policy as it was given; 12 more attached to one of them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check moto==5.2.5 boto3==1.43.117 botocore==1.43.117
cat > "$folder/seen.py" <<'END_OF'
import json

import boto3
from botocore.loaders import Loader
from moto import mock_aws

operations = Loader().load_service_model("iam", "service-2")["operations"]
assert "you must first detach the policy from all users, groups, and roles" in operations["DeletePolicy"]["documentation"]
assert "Delete all versions of the policy" in operations["DeletePolicy"]["documentation"]


def document(**statement):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


@mock_aws
def seen():
    iam = boto3.client("iam")

    def policy(name):
        allowed = document(Action="s3:GetObject", Resource="*")
        return iam.create_policy(PolicyName=name, PolicyDocument=allowed)["Policy"]["Arn"]

    def attached(role):
        return [one["PolicyName"] for one in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]]

    read = policy("read")
    for _ in range(2):
        iam.create_policy_version(PolicyArn=read, PolicyDocument=document(Action="s3:ListBucket", Resource="*"), SetAsDefault=True)
    for role in "web", "worker":
        principal = {"AWS": "arn:aws:iam::123456789012:role/not-there"}
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=document(Principal=principal, Action="sts:AssumeRole"))
        iam.attach_role_policy(RoleName=role, PolicyArn=read)
    refused = ""
    try:
        iam.delete_role(RoleName="web")
    except iam.exceptions.DeleteConflictException as error:
        refused = error.response["Error"]["Code"]
    before = attached("web"), len(iam.list_policy_versions(PolicyArn=read)["Versions"])
    iam.delete_policy(PolicyArn=read)
    left = attached("web") + attached("worker")
    try:
        iam.get_policy(PolicyArn=read)
    except iam.exceptions.NoSuchEntityException as error:
        gone = error.response["Error"]["Code"]
    for number in range(12):
        iam.attach_role_policy(RoleName="web", PolicyArn=policy(f"policy-{number}"))
    trusted = iam.get_role(RoleName="web")["Role"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["AWS"]
    return refused, before, gone, left, trusted, len(attached("web"))


answered = seen()
print(answered)
assert answered == ("DeleteConflict", (["read"], 3), "NoSuchEntity", ["read", "read"], "arn:aws:iam::123456789012:role/not-there", 13)
END_OF
AWS_ACCESS_KEY_ID=one AWS_SECRET_ACCESS_KEY=two AWS_DEFAULT_REGION=eu-central-1 "$folder/venv/bin/python" -W ignore "$folder/seen.py"
