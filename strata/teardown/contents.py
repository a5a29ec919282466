"""Asks AWS what stands in the resources of an environment, and what is left after them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from modules.naming import ROLE_NAME, kept
from strata.aws.errors import explain
from strata.aws.session import GLOBAL_REGION, pages, session
from strata.aws.tags import groups, standing
from strata.settings.models import Environment
from strata.teardown.losses import Contents, Held

if TYPE_CHECKING:
    import boto3


def contents(environment: Environment, resources: list[Held]) -> Contents:
    """What users put into the repositories and buckets, the snapshots that exist already, and what
    is protected: somebody may have switched that on by hand.
    """
    aws = session(environment)

    def of(type_: str, attribute: str) -> list[str]:
        names = (one.values.get(attribute) for one in resources if one.type == type_)
        return [name for name in names if name]

    try:
        return Contents(
            {name: _images(aws, name) for name in of("aws_ecr_repository", "name")},
            frozenset(name for name in of("aws_s3_bucket", "bucket") if _objects(aws, name)),
            frozenset(
                name
                for name in of("aws_db_instance", "final_snapshot_identifier")
                if _snapshot(aws, name)
            ),
            frozenset(
                [
                    *(one for one in of("aws_db_instance", "identifier") if _kept(aws, one)),
                    *(one for one in of("aws_lb", "arn") if _kept_balancer(aws, one)),
                ]
            ),
        )
    except (ClientError, BotoCoreError) as error:
        raise explain(error) from error


def _images(aws: "boto3.Session", repository: str) -> int:
    found = pages(aws.client("ecr"), "list_images", "imageIds", repositoryName=repository)
    try:
        return len({one.get("imageDigest") for one in found})
    except ClientError as error:
        if error.response["Error"]["Code"] == "RepositoryNotFoundException":
            return 0
        raise


def _objects(aws: "boto3.Session", bucket: str) -> bool:
    try:
        return bool(aws.client("s3").list_objects_v2(Bucket=bucket, MaxKeys=1).get("Contents"))
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucket":
            return False
        raise


def _snapshot(aws: "boto3.Session", name: str) -> bool:
    try:
        return bool(
            aws.client("rds").describe_db_snapshots(DBSnapshotIdentifier=name)["DBSnapshots"]
        )
    except ClientError as error:
        if error.response["Error"]["Code"] in ("DBSnapshotNotFound", "DBSnapshotNotFoundFault"):
            return False
        raise


def _kept(aws: "boto3.Session", database: str) -> bool:
    rds = aws.client("rds")
    try:
        [found] = rds.describe_db_instances(DBInstanceIdentifier=database)["DBInstances"]
    except rds.exceptions.DBInstanceNotFoundFault:
        return False
    return bool(found.get("DeletionProtection"))


def _kept_balancer(aws: "boto3.Session", arn: str) -> bool:
    balancers = aws.client("elbv2")
    try:
        found = balancers.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
    except balancers.exceptions.LoadBalancerNotFoundException:
        return False
    return {"Key": "deletion_protection.enabled", "Value": "true"} in found


def left(environment: Environment) -> list[str]:
    """The ARNs and names that still carry the environment's tags.

    The tagging service does not list groups of EC2 Auto Scaling and roles of IAM, which are asked
    for themselves.
    """
    aws = session(environment)
    try:
        return sorted({
            *_tagged(aws, environment),
            *(one["AutoScalingGroupARN"] for one in groups(aws, environment.tags)),
            *_roles(aws, environment),
        })  # fmt: skip
    except (ClientError, BotoCoreError) as error:
        raise explain(error) from error


def _tagged(aws: "boto3.Session", environment: Environment) -> Iterator[str]:
    for region in {environment.region, GLOBAL_REGION}:
        for arn, _ in standing(aws, region, environment.tags):
            # Automated backups go with their database, a while later.
            if ":snapshot:rds:" not in arn:
                yield arn


def _roles(aws: "boto3.Session", environment: Environment) -> Iterator[str]:
    iam, wanted = aws.client("iam"), environment.tags.items()
    beginning = kept(f"{environment.project}-{environment.name}", ROLE_NAME)
    for role in pages(iam, "list_roles", "Roles"):
        # Asking every role of the account for its tags would take minutes.
        if role["RoleName"].startswith(beginning):
            tags = iam.list_role_tags(RoleName=role["RoleName"])["Tags"]
            if wanted <= {one["Key"]: one["Value"] for one in tags}.items():
                yield role["Arn"]
