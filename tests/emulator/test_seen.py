"""What the emulator keeps of each call."""

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from strata.local import emulator as emulation
from tests.emulator.refusals.world import Aws

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    with emulation.emulator(tmp_path_factory.mktemp("seen")) as running:
        yield Aws(running.url)


def record(aws: Aws, body: bytes | None = None) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{aws.url}/strata-api/calls", body) as answer:
        return list(json.load(answer)["calls"])


def test_a_call_is_kept_once_with_who_asked_and_what_it_names(aws: Aws) -> None:
    aws("logs").create_log_group(logGroupName="/seen", tags={"Project": "shop"})
    for _ in range(2):
        aws("logs").describe_log_groups(logGroupNamePrefix="/seen")
    [made] = [one for one in record(aws) if one["operation"] == "CreateLogGroup"]
    assert made == {
        "principal": "tests",
        "service": "logs",
        "operation": "CreateLogGroup",
        "region": "eu-central-1",
        "parameters": {"logGroupName": "/seen", "tags": {"Project": "shop"}},
        "tags": {},
    }
    assert [one["operation"] for one in record(aws)].count("DescribeLogGroups") == 1


def test_a_resource_comes_with_the_tags_that_it_had_when_it_was_asked_about(aws: Aws) -> None:
    ec2 = aws("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    ec2.create_tags(Resources=[vpc], Tags=[{"Key": "Project", "Value": "shop"}])
    ec2.delete_vpc(VpcId=vpc)
    tags = {one["operation"]: one["tags"] for one in record(aws) if vpc in json.dumps(one)}
    assert tags == {"CreateTags": {}, "DeleteVpc": {vpc: {"Project": "shop"}}}
    certificate = aws("acm").request_certificate(
        DomainName="seen.example", Tags=[{"Key": "Project", "Value": "shop"}]
    )["CertificateArn"]
    aws("acm").delete_certificate(CertificateArn=certificate)
    [deleted] = [one for one in record(aws) if one["operation"] == "DeleteCertificate"]
    assert deleted["tags"] == {certificate: {"Project": "shop"}}
    key = aws("kms").create_key(Tags=[{"TagKey": "Project", "TagValue": "shop"}])["KeyMetadata"]
    aws("kms").schedule_key_deletion(KeyId=key["KeyId"])
    [deleted] = [one for one in record(aws) if one["operation"] == "ScheduleKeyDeletion"]
    assert deleted["tags"] == {key["KeyId"]: {"Project": "shop"}}


def test_no_value_that_is_secret_is_kept(aws: Aws) -> None:
    aws("secretsmanager").create_secret(Name="seen", SecretString="hush-hush-hush")
    aws("s3").create_bucket(
        Bucket="seen", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    aws("s3").put_object(Bucket="seen", Key="state", Body=b"hush-hush-hush")
    group = aws.cache(AuthToken="hush-hush-hush-hush", TransitEncryptionEnabled=True)
    assert group
    kept = record(aws)
    assert {"CreateSecret", "PutObject", "CreateReplicationGroup"} <= {
        one["operation"] for one in kept
    }
    assert "hush" not in json.dumps(kept)


def test_what_is_refused_is_kept_too_since_iam_is_asked_first(aws: Aws) -> None:
    with pytest.raises(ClientError):
        aws("ecs").create_capacity_provider(name="aws-seen", autoScalingGroupProvider={})
    assert "CreateCapacityProvider" in {one["operation"] for one in record(aws)}


def test_a_new_record_begins_with_nothing(aws: Aws) -> None:
    aws("sts").get_caller_identity()
    assert record(aws)
    assert record(aws, b"") == []
    assert record(aws) == []
