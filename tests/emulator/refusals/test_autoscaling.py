"""Auto Scaling refuses a launch template that cannot launch, and a group with instances."""

from typing import Any

import pytest

from tests.emulator.refusals.world import ACCOUNT, Aws, account, refuses

pytestmark = pytest.mark.emulator

FORMED = "You must use a valid fully-formed launch template. "


def refused(aws: Aws, words: str, **data: Any) -> None:
    template = aws.template(**data)
    with refuses("ValidationError", FORMED + words):
        aws.group(LaunchTemplate=template)


def test_unknown_launch_template(aws: Aws) -> None:
    with refuses("ValidationError", FORMED + "The specified launch template does not exist."):
        aws.group(LaunchTemplate={"LaunchTemplateName": "none"})


def test_image_that_does_not_exist(aws: Aws) -> None:
    image = "ami-00000000000000000"
    refused(aws, f"The image id '[{image}]' does not exist", ImageId=image)


def test_no_image(aws: Aws) -> None:
    refused(aws, "You must specify an ImageId.", ImageId=None)


def test_image_parameter_that_does_not_exist(aws: Aws) -> None:
    refused(aws, "The parameter /none does not exist", ImageId="resolve:ssm:/none")


def test_key_pair_that_does_not_exist(aws: Aws) -> None:
    refused(aws, "The key pair 'none' does not exist", KeyName="none")


def test_instance_profile_that_does_not_exist(aws: Aws) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:instance-profile/none"
    refused(
        aws,
        f"Value ({arn}) for parameter iamInstanceProfile.arn is invalid.",
        IamInstanceProfile={"Arn": arn},
    )


def test_group_of_another_vpc(aws: Aws) -> None:
    other = aws.network().group
    refused(aws, f"The security group '{other}' does not exist in VPC", SecurityGroupIds=[other])


def test_type_that_is_offered_in_no_zone(aws: Aws) -> None:
    refused(aws, "The requested configuration is currently not", InstanceType="p5e.48xlarge")


def test_subnet_that_does_not_exist(aws: Aws) -> None:
    with refuses("ValidationError", "The subnet ID 'subnet-0' does not exist"):
        aws.group(VPCZoneIdentifier="subnet-0")


def test_most_below_least(aws: Aws) -> None:
    with refuses("ValidationError", "must be greater than or equal to min bound, 3"):
        aws.group(MinSize=3, MaxSize=2)


@pytest.mark.parametrize("seconds", [1, 86399])
def test_lifetime_of_less_than_a_day(aws: Aws, seconds: int) -> None:
    with refuses("ValidationError", "maximum instance lifetime"):
        aws.group(MaxInstanceLifetime=seconds)


def test_group_with_instances(aws: Aws) -> None:
    scaling, name = aws("autoscaling"), aws.group().rpartition("/")[2]
    with refuses("ResourceInUse", "while there are instances"):
        scaling.delete_auto_scaling_group(AutoScalingGroupName=name)
    scaling.update_auto_scaling_group(AutoScalingGroupName=name, MinSize=0, DesiredCapacity=0)
    scaling.delete_auto_scaling_group(AutoScalingGroupName=name)


def test_type_that_is_not_free(aws: Aws) -> None:
    account(aws.url, plan="free")
    try:
        refused(aws, "The specified instance type is not eligible", InstanceType="t2.micro")
        aws.group()
    finally:
        account(aws.url, plan="paid")
