"""KMS refuses AWS's aliases and a policy that locks its owner out."""

import json
from typing import Any

import pytest

from tests.emulator.refusals.world import ACCOUNT, Aws, refuses

pytestmark = pytest.mark.emulator


def policy(**principal: str) -> str:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "kms:*",
        "Resource": "*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_alias_of_aws(aws: Aws) -> None:
    kms = aws("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    with refuses("NotAuthorizedException"):
        kms.create_alias(AliasName="alias/aws/shop", TargetKeyId=key)


def test_policy_that_locks_out(aws: Aws) -> None:
    kms = aws("kms")
    with refuses("MalformedPolicyDocumentException", "will not allow you to update the key policy"):
        kms.create_key(Policy=policy(Service="ecr.amazonaws.com"))
    kms.create_key(Policy=policy(AWS=f"arn:aws:iam::{ACCOUNT}:root"))
