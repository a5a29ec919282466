"""IAM refuses tags and the roles of services."""

import pytest

from tests.emulator.refusals.world import TRUST, Aws, name, refuses

pytestmark = pytest.mark.emulator

SERVICE = "rds.amazonaws.com"


def test_tag_keys_that_differ_in_case(aws: Aws) -> None:
    tags = [{"Key": "Name", "Value": "a"}, {"Key": "name", "Value": "b"}]
    with refuses("InvalidInput", "Duplicate tag keys found."):
        aws("iam").create_role(RoleName=name(), AssumeRolePolicyDocument=TRUST, Tags=tags)


def test_role_of_a_service(aws: Aws) -> None:
    aws.database()
    with refuses("UnmodifiableEntity", "AWSServiceRoleForRDS"):
        aws("iam").delete_role(RoleName="AWSServiceRoleForRDS")


def test_path_of_a_service(aws: Aws) -> None:
    with refuses("InvalidInput"):
        aws("iam").create_role(
            RoleName=name(), AssumeRolePolicyDocument=TRUST, Path=f"/aws-service-role/{SERVICE}/"
        )


def test_service_linked_role_that_is_there(aws: Aws) -> None:
    aws.database()
    with refuses("InvalidInput", "Service role name AWSServiceRoleForRDS has been taken"):
        aws("iam").create_service_linked_role(AWSServiceName=SERVICE)
