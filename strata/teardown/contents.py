"""Asks AWS what the resources of an environment contain, and what remains after a destroy."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from modules.naming import ROLE_NAME, kept
from strata.aws.errors import explain
from strata.aws.session import GLOBAL_REGION, pages, session
from strata.aws.tags import existing_resources, groups
from strata.settings.models import Environment
from strata.settings.resource_names import groups_of_aws
from strata.teardown.losses import Contents, StateResource

if TYPE_CHECKING:
    import boto3


def contents(environment: Environment, resources: list[StateResource]) -> Contents:
    """What users put into the repositories and buckets, the snapshots that exist already, and which
    resources are protected: somebody may have switched protection on by hand.
    """
    aws = session(environment)

    def of(type_: str, attribute: str) -> list[str]:
        names = (resource.values.get(attribute) for resource in resources if resource.type == type_)
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
                    *(
                        name
                        for name in of("aws_db_instance", "identifier")
                        if _protected_database(aws, name)
                    ),
                    *(arn for arn in of("aws_lb", "arn") if _protected_balancer(aws, arn)),
                ]
            ),
        )
    except (ClientError, BotoCoreError) as error:
        raise explain(error) from error


def _images(aws: "boto3.Session", repository: str) -> int:
    images = pages(aws.client("ecr"), "list_images", "imageIds", repositoryName=repository)
    try:
        return len({image.get("imageDigest") for image in images})
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


def _protected_database(aws: "boto3.Session", database: str) -> bool:
    rds = aws.client("rds")
    try:
        [instance] = rds.describe_db_instances(DBInstanceIdentifier=database)["DBInstances"]
    except rds.exceptions.DBInstanceNotFoundFault:
        return False
    return bool(instance.get("DeletionProtection"))


def _protected_balancer(aws: "boto3.Session", arn: str) -> bool:
    balancers = aws.client("elbv2")
    try:
        attributes = balancers.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
    except balancers.exceptions.LoadBalancerNotFoundException:
        return False
    return {"Key": "deletion_protection.enabled", "Value": "true"} in attributes


def remaining(environment: Environment) -> list[str]:
    """The ARNs and names that still carry the environment's tags, and log groups by their names.

    The tagging service does not list groups of EC2 Auto Scaling and roles of IAM, so those services
    are asked themselves. RDS and Container Insights make a log group again that they miss, without
    tags, when a last line comes after it was deleted.
    """
    aws = session(environment)
    try:
        return sorted({
            *_tagged(aws, environment),
            *(group["AutoScalingGroupARN"] for group in groups(aws, environment.tags)),
            *_roles(aws, environment),
            *_log_groups(aws, environment),
        })  # fmt: skip
    except (ClientError, BotoCoreError) as error:
        raise explain(error) from error


def _tagged(aws: "boto3.Session", environment: Environment) -> Iterator[str]:
    for region in {environment.region, GLOBAL_REGION}:
        for arn, _ in existing_resources(aws, region, environment.tags):
            # Automated backups are deleted with their database, a while later.
            if ":snapshot:rds:" not in arn:
                yield arn


def _log_groups(aws: "boto3.Session", environment: Environment) -> Iterator[str]:
    logs = aws.client("logs")
    for beginning in groups_of_aws(environment):
        for group in pages(logs, "describe_log_groups", "logGroups", logGroupNamePrefix=beginning):
            yield group["logGroupArn"]


def _roles(aws: "boto3.Session", environment: Environment) -> Iterator[str]:
    iam, wanted = aws.client("iam"), environment.tags.items()
    beginning = kept(f"{environment.project}-{environment.name}", ROLE_NAME)
    for role in pages(iam, "list_roles", "Roles"):
        # Asking every role of the account for its tags would take minutes.
        if role["RoleName"].startswith(beginning):
            tags = iam.list_role_tags(RoleName=role["RoleName"])["Tags"]
            if wanted <= {tag["Key"]: tag["Value"] for tag in tags}.items():
                yield role["Arn"]
