"""What Amazon EC2 Auto Scaling refuses."""

from typing import Any

from emulator.calls import Call
from emulator.refusals import offered, plans
from emulator.refusals.network import vpc_of, zones_of
from emulator.refusals.table import Table

TABLE = Table("autoscaling")
FULLY_FORMED = "You must use a valid fully-formed launch template. "
DAY = 86400


def _named(call: Call) -> dict[str, Any]:
    """The launch template and version that a call names, also in a mixed instances policy."""
    mixed = call.get("MixedInstancesPolicy", {}).get("LaunchTemplate", {})
    found = call.get("LaunchTemplate") or mixed.get("LaunchTemplateSpecification") or {}
    return dict(found)


def _template(call: Call) -> Any | None:
    """The launch template that a call names; it is launched from once, without an instance."""
    named, ec2 = _named(call), call.backend("ec2")
    for one in ec2.launch_templates.values():
        if named and named.get("LaunchTemplateId", named.get("LaunchTemplateName")) in (
            one.id,
            one.name,
        ):
            return one
    return None


def _data(call: Call) -> dict[str, Any]:
    template = _template(call)
    if template is None:
        return {}
    version = template.get_version(_named(call).get("Version", "$Default"))
    return dict(version.data)


def _subnets(call: Call) -> list[str]:
    return [one.strip() for one in call.get("VPCZoneIdentifier", "").split(",") if one]


@TABLE.row(
    "CreateAutoScalingGroup",
    "UpdateAutoScalingGroup",
    code="ValidationError",
    source="Auto Scaling API Reference, CreateAutoScalingGroup LaunchTemplate, 2026-11",
)
def unknown_launch_template(call: Call) -> str | None:
    if _named(call) and _template(call) is None:
        return FULLY_FORMED + "The specified launch template does not exist."
    return None


@TABLE.row(
    "CreateAutoScalingGroup",
    "UpdateAutoScalingGroup",
    code="ValidationError",
    source="benishak/lamp-aws-cloudformation issue 1, 2019-07-05; "
    "hashicorp/terraform-provider-aws issue 22035",
)
def image_that_does_not_exist(call: Call) -> str | None:
    image = _data(call).get("ImageId", "")
    if image.startswith("ami-") and image not in call.backend("ec2").amis:
        return f"{FULLY_FORMED}The image id '[{image}]' does not exist"
    return None


@TABLE.row(
    "CreateAutoScalingGroup",
    "UpdateAutoScalingGroup",
    code="ValidationError",
    source="floci-io/floci PR 1451, 2026-06-19",
)
def no_image(call: Call) -> str | None:
    data = _data(call)
    return (
        FULLY_FORMED + "You must specify an ImageId." if data and not data.get("ImageId") else None
    )


@TABLE.row(
    "CreateAutoScalingGroup",
    "UpdateAutoScalingGroup",
    code="ValidationError",
    source="EC2 User Guide, Using Systems Manager parameters to find an AMI, 2026-11",
)
def image_parameter_that_does_not_exist(call: Call) -> str | None:
    image = _data(call).get("ImageId", "")
    name = image.removeprefix("resolve:ssm:")
    if name != image and not call.backend("ssm").get_parameters([name]):
        return f"{FULLY_FORMED}The parameter {name} does not exist"
    return None


@TABLE.row(
    "CreateAutoScalingGroup",
    "UpdateAutoScalingGroup",
    code="ValidationError",
    source="Guimove/terraform-aws-bastion issue 173, 2024-03-11",
)
def key_pair_that_does_not_exist(call: Call) -> str | None:
    name = _data(call).get("KeyName")
    if name and name not in call.backend("ec2").key_pairs:
        return f"{FULLY_FORMED}The key pair '{name}' does not exist"
    return None


@TABLE.row(
    "CreateAutoScalingGroup",
    "UpdateAutoScalingGroup",
    code="ValidationError",
    source="EC2 API Reference, RunInstances IamInstanceProfile, 2026-11: words believed",
)
def instance_profile_that_does_not_exist(call: Call) -> str | None:
    profile = _data(call).get("IamInstanceProfile", {})
    known = call.backend("iam").instance_profiles.values()
    for kind, names in (
        ("Arn", {one.arn for one in known}),
        ("Name", {one.name for one in known}),
    ):
        if profile.get(kind) and profile[kind] not in names:
            return (
                f"{FULLY_FORMED}Value ({profile[kind]}) for parameter "
                f"iamInstanceProfile.{kind.lower()} is invalid. Invalid IAM Instance Profile "
                f"{kind if kind == 'Name' else 'ARN'}"
            )
    return None


@TABLE.row(
    "CreateAutoScalingGroup",
    "UpdateAutoScalingGroup",
    code="ValidationError",
    source="EC2 API Reference, Error codes, InvalidGroup.NotFound, 2026-11",
)
def group_of_another_vpc(call: Call) -> str | None:
    vpcs = vpc_of(call, _subnets(call))
    for name in _data(call).get("SecurityGroupIds", ()):
        found = call.backend("ec2").get_security_group_from_id(name)
        if vpcs and (found is None or found.vpc_id not in vpcs):
            return f"{FULLY_FORMED}The security group '{name}' does not exist in VPC '{min(vpcs)}'"
    return None


@TABLE.row(
    "CreateAutoScalingGroup",
    "UpdateAutoScalingGroup",
    code="ValidationError",
    source="aws-samples/cicd-for-ecs-workshop-code issue 2 (t2.micro in eu-north-1)",
)
def type_that_is_offered_in_no_zone(call: Call) -> str | None:
    kind, zones = _data(call).get("InstanceType"), offered.instance_types(call.region)
    here = [zones.get(one, set()) for one in zones_of(call, _subnets(call))]
    if kind and zones and here and not any(kind in types for types in here):
        return (
            f"{FULLY_FORMED}The requested configuration is currently not supported. Please check "
            "the documentation for supported configurations."
        )
    return None


@TABLE.row(
    "CreateAutoScalingGroup",
    "UpdateAutoScalingGroup",
    code="ValidationError",
    source="Auto Scaling API Reference, CreateAutoScalingGroup VPCZoneIdentifier, 2026-11",
)
def subnet_that_does_not_exist(call: Call) -> str | None:
    known = {name for zone in call.backend("ec2").subnets.values() for name in zone}
    for name in _subnets(call):
        if name not in known:
            return f"The subnet ID '{name}' does not exist"
    return None


@TABLE.row(
    "CreateAutoScalingGroup",
    "UpdateAutoScalingGroup",
    code="ValidationError",
    source="Auto Scaling API Reference, CreateAutoScalingGroup MinSize, 2026-11: words believed",
)
def most_below_least(call: Call) -> str | None:
    least, most = call.get("MinSize"), call.get("MaxSize")
    if least is not None and most is not None and most < least:
        return f"Max bound, {most}, must be greater than or equal to min bound, {least}"
    return None


@TABLE.row(
    "CreateAutoScalingGroup",
    "UpdateAutoScalingGroup",
    code="ValidationError",
    source="botocore 1.44.5, CreateAutoScalingGroup MaxInstanceLifetime: words believed",
)
def lifetime_of_less_than_a_day(call: Call) -> str | None:
    seconds = call.get("MaxInstanceLifetime", 0)
    if 0 < seconds < DAY:
        return f"The maximum instance lifetime must be 0 or at least {DAY} seconds, not {seconds}"
    return None


@TABLE.row(
    "DeleteAutoScalingGroup",
    code="ResourceInUse",
    source="Auto Scaling API Reference, DeleteAutoScalingGroup ForceDelete, 2026-11; "
    "botocore 1.44.5, ResourceInUseFault",
)
def group_with_instances(call: Call) -> str | None:
    group = call.backend("autoscaling").autoscaling_groups.get(call.get("AutoScalingGroupName"))
    if group is not None and group.instance_states and not call.get("ForceDelete"):
        return (
            "You cannot delete an AutoScalingGroup while there are instances or pending Spot "
            "instance request(s) still in the group."
        )
    return None


@TABLE.row(
    "CreateAutoScalingGroup",
    "UpdateAutoScalingGroup",
    code="ValidationError",
    source="the words of RunInstances (nilbuild/developer-roadmap PR 10171, 2026-07-22), in the form "
    "in which Auto Scaling passes them on: believed",
)
def type_that_is_not_free(call: Call) -> str | None:
    words = plans.type_that_is_not_free(_data(call).get("InstanceType"))
    return f"{FULLY_FORMED}{words}" if words else None
