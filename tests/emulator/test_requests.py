"""A request that breaks AWS's own model is refused in AWS's words, in the form of its protocol."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from strata.local import emulator as emulation

pytestmark = pytest.mark.emulator

REGION = "eu-central-1"
BUCKET = "a-bucket"
SCALABLE = "ecs:service:DesiredCount"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An emulator with a bucket."""
    with emulation.emulator(tmp_path_factory.mktemp("requests")) as running:
        place: Any = {"LocationConstraint": REGION}
        client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
        yield running.url


def client(service: str) -> Any:
    """A client that sends what it is given: AWS is to refuse it, not botocore."""
    make: Any = boto3.client
    return make(service, region_name=REGION, config=Config(parameter_validation=False))


CASES: dict[str, tuple[str, str, dict[str, Any], str, str]] = {
    # what is wrong: service, operation, parameters, code, a part of the message
    "ec2, a parameter that is missing": (
        "ec2", "CreateSecurityGroup", {"GroupName": "g"},
        "MissingParameter", "must contain the parameter Description",
    ),
    "ec2, a value out of an enumeration": (
        "ec2", "CreateVpc", {"CidrBlock": "10.0.0.0/16", "InstanceTenancy": "x"},
        "InvalidParameterValue", "Value (x) for parameter instanceTenancy is invalid",
    ),
    "ec2, a text in place of a number": (
        "ec2", "CreateNetworkAclEntry",
        {"NetworkAclId": "acl-1", "RuleNumber": "first", "Protocol": "6", "RuleAction": "allow",
         "Egress": False},
        "InvalidParameterValue", "Value (first) for parameter ruleNumber is invalid",
    ),
    "ec2, a number above its range": (
        "ec2", "DescribeSubnets", {"MaxResults": 10**6},
        "InvalidParameterValue", "less than or equal to 1000",
    ),
    "query, a parameter that is missing": (
        "autoscaling", "CreateAutoScalingGroup", {"AutoScalingGroupName": "g", "MinSize": 1},
        "ValidationError", "Value null at 'maxSize' failed to satisfy constraint: "
        "Member must not be null",
    ),
    "query, a text in place of a number": (
        "autoscaling", "CreateAutoScalingGroup",
        {"AutoScalingGroupName": "g", "MinSize": "few", "MaxSize": 1},
        "ValidationError", "Value 'few' at 'minSize'",
    ),
    "query, a text that is too long": (
        "iam", "CreateRole", {"RoleName": "r" * 65, "AssumeRolePolicyDocument": "{}"},
        "ValidationError", "at 'roleName' failed to satisfy constraint: Member must have length "
        "less than or equal to 64",
    ),
    "query, letters that a pattern has not, two at once": (
        "iam", "CreateRole",
        {"RoleName": "a b", "AssumeRolePolicyDocument": "{}", "Tags": [{"Key": "*", "Value": "ö"}]},
        "ValidationError", "2 validation errors detected: Value 'a b' at 'roleName' failed to "
        "satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+; "
        "Value '*' at 'tags.1.member.key'",
    ),
    "query, rds": (
        "rds", "CreateDBInstance", {"DBInstanceIdentifier": "d", "Engine": "mysql"},
        "MissingParameter", "must contain the parameter DBInstanceClass",
    ),
    "query, elasticache": (
        "elasticache", "CreateReplicationGroup",
        {"ReplicationGroupId": "g", "ReplicationGroupDescription": "g",
         "TransitEncryptionMode": "perhaps"},
        "InvalidParameterValue", "Value (perhaps) for parameter transitEncryptionMode",
    ),
    "json, an enumeration within a list": (
        "ecs", "CreateCluster", {"settings": [{"name": "x", "value": "y"}]},
        "InvalidParameterException", "Value 'x' at 'settings.1.member.name'",
    ),
    "json, a number in place of a text": (
        "ecs", "CreateCluster", {"clusterName": 3},
        "SerializationException", "NUMBER_VALUE can not be converted to string",
    ),
    "json, a pattern": (
        "logs", "CreateLogGroup", {"logGroupName": "a b"},
        "InvalidParameterException", "regular expression pattern: [\\.\\-_/#A-Za-z0-9]+",
    ),
    "json, a length": (
        "secretsmanager", "CreateSecret", {"Name": ""},
        "ValidationException", "Member must have length greater than or equal to 1",
    ),
    "json, a range": (
        "acm", "ListCertificates", {"MaxItems": 0},
        "ValidationException", "Member must have value greater than or equal to 1",
    ),
    "json, a list that is too long": (
        "resourcegroupstaggingapi", "GetResources",
        {"TagFilters": [{"Key": f"k{number}"} for number in range(51)]},
        "InvalidParameterException", "at 'tagFilters' failed to satisfy constraint: Member must "
        "have length less than or equal to 50",
    ),
    "json 1.1 of another service": (
        "application-autoscaling", "RegisterScalableTarget",
        {"ServiceNamespace": "x", "ResourceId": "r", "ScalableDimension": SCALABLE},
        "ValidationException", "Value 'x' at 'serviceNamespace'",
    ),
    "rest-xml, an enumeration in the body": (
        "route53", "ChangeResourceRecordSets",
        {"HostedZoneId": "Z1", "ChangeBatch": {"Changes": [
            {"Action": "MAKE", "ResourceRecordSet": {"Name": "a", "Type": "A"}}]}},
        "InvalidInput", "at 'changeBatch.changes.1.member.action'",
    ),
    "rest-xml, a text that is too long": (
        "route53", "CreateHostedZone", {"Name": "a" * 1025, "CallerReference": "c"},
        "InvalidInput", "less than or equal to 1024",
    ),
    "rest-json": (
        "lambda", "CreateFunction", {"FunctionName": "f", "Code": {}},
        "ValidationException", "Value null at 'role'",
    ),
    "s3, the body of a bucket": (
        "s3", "PutBucketVersioning",
        {"Bucket": BUCKET, "VersioningConfiguration": {"Status": "On"}},
        "MalformedXML", "did not validate against our published schema",
    ),
    "s3, the header of an object": (
        "s3", "PutObject", {"Bucket": BUCKET, "Key": "k", "Body": b"", "StorageClass": "x"},
        "InvalidArgument", "Value (x) for parameter storageClass",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_as_the_service_does(url: str, case: str) -> None:
    service, operation, parameters, code, words = CASES[case]
    with pytest.raises(ClientError) as raised:
        client(service)._make_api_call(operation, parameters)
    response = raised.value.response
    assert response["Error"]["Code"] == code
    assert words in response["Error"]["Message"]
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert response["ResponseMetadata"]["RetryAttempts"] == 0


def test_what_is_refused_leaves_nothing(url: str) -> None:
    iam, trust = client("iam"), "{}"
    with pytest.raises(ClientError):
        iam.create_role(RoleName="left", AssumeRolePolicyDocument=trust, Path="no path")
    assert "left" not in {one["RoleName"] for one in iam.list_roles()["Roles"]}


def test_what_the_model_allows_passes(url: str) -> None:
    """Letters of every language in a tag, numbers at the bounds, a body of bytes."""
    ecs, s3 = client("ecs"), client("s3")
    tags = [{"key": "größe 大小", "value": "a+b=c"}, {"key": "\U0001d4b3", "value": ""}]
    ecs.create_cluster(clusterName="right", tags=tags)
    [cluster] = ecs.describe_clusters(clusters=["right"], include=["TAGS"])["clusters"]
    assert cluster["tags"] == tags
    s3.put_object(Bucket=BUCKET, Key="a/k ö", Body=b"\x00\xff<xml>")
    assert s3.get_object(Bucket=BUCKET, Key="a/k ö")["Body"].read() == b"\x00\xff<xml>"


@pytest.mark.parametrize(
    ("service", "target", "body", "code"),
    [
        ("ecs", "AmazonEC2ContainerServiceV20141113.CreateCluster", b"{", "SerializationException"),
        ("kms", "TrentService.CreateKey", b"[1]", "SerializationException"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    url: str, service: str, target: str, body: bytes, code: str
) -> None:
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential=x/20260101/{REGION}/{service}/aws4_request",
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": target,
    }
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(urllib.request.Request(url, body, headers))
    assert raised.value.code == 400
    assert code in raised.value.read().decode()


def test_a_request_that_is_repeated_has_the_answer_that_it_had(url: str) -> None:
    credential = "x/20260101/eu-central-1/ec2/aws4_request"

    def make_vpc(invocation: str) -> str:
        headers = {
            "Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host",
            "amz-sdk-invocation-id": invocation,
        }
        data = b"Action=CreateVpc&Version=2016-11-15&CidrBlock=10.0.0.0%2F16"
        request = urllib.request.Request(url, data, headers)
        with urllib.request.urlopen(request) as answer:
            text = str(answer.read(), "utf-8")
        return text.partition("<vpcId>")[2].partition("</vpcId>")[0]

    first = make_vpc("one")
    assert first.startswith("vpc-")
    assert make_vpc("one") == first
    assert make_vpc("two") != first
