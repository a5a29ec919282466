"""What Amazon EC2 and VPC refuse."""

import base64
import binascii
import re
from typing import Any

from emulator.calls import Call
from emulator.refusals import offered, plans
from emulator.refusals.network import users, zones_of
from emulator.refusals.table import Table

TABLE = Table("ec2")
GROUP_TEXT = re.compile(r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}")
"""What names and descriptions of security groups may hold (botocore 1.44.5, CreateSecurityGroup)."""


def _groups(call: Call) -> list[Any]:
    return [one for groups in call.backend("ec2").groups.values() for one in groups.values()]


@TABLE.row(
    "CreateSubnet",
    code="InvalidParameterValue",
    source="EC2 API Reference, CreateSubnet AvailabilityZone, 2026-11; "
    "hashicorp/terraform-provider-aws issue 6556",
)
def zone_of_another_region(call: Call) -> str | None:
    zone = call.get("AvailabilityZone")
    zones = sorted(one.name for one in call.backend("ec2").zones.get(call.region, []))
    if zone and zone not in zones:
        return (
            f"Value ({zone}) for parameter availabilityZone is invalid. Subnets can currently only "
            f"be created in the following availability zones: {', '.join(zones)}."
        )
    return None


@TABLE.row(
    "CreateSecurityGroup",
    code="InvalidParameterValue",
    source="botocore 1.44.5, CreateSecurityGroup GroupName: cannot start with sg-",
)
def reserved_group_name(call: Call) -> str | None:
    name = call.get("GroupName", "")
    if name.lower().startswith("sg-"):
        return (
            f"Value ({name}) for parameter GroupName is invalid. "
            "Group names may not be in the format sg-*."
        )
    return None


@TABLE.row(
    "CreateSecurityGroup",
    code="InvalidGroup.Reserved",
    source="EC2 API Reference, Error codes, InvalidGroup.Reserved, 2026-11",
)
def default_group(call: Call) -> str | None:
    if call.get("GroupName") == "default":
        return "Cannot use reserved security group name: default"
    return None


@TABLE.row(
    "CreateSecurityGroup",
    code="InvalidParameterValue",
    source="botocore 1.44.5, CreateSecurityGroup GroupName and Description",
)
def letters_of_a_group(call: Call) -> str | None:
    for name in ("GroupName", "Description"):
        value = call.get(name, "")
        if not GROUP_TEXT.fullmatch(value):
            return (
                f"Value ({value}) for parameter {name} is invalid. Up to 255 characters: a-z, A-Z, "
                "0-9, spaces, and ._-:/()#,@[]+=&;{}!$*"
            )
    return None


@TABLE.row(
    "DeleteSecurityGroup",
    code="CannotDelete",
    source="EC2 API Reference, Error codes, CannotDelete, 2026-11",
)
def default_group_of_a_vpc(call: Call) -> str | None:
    found = [one for one in _groups(call) if one.id == call.get("GroupId")]
    if found and found[0].is_default:
        return f'the specified group: "{found[0].id}" name: "default" cannot be deleted by a user'
    return None


@TABLE.row(
    "DeleteSecurityGroup",
    code="DependencyViolation",
    source="hashicorp/terraform issue 31658, 2022-08-18; gruntwork-io/cloud-nuke issue 316",
)
def group_in_use(call: Call) -> str | None:
    wanted = call.get("GroupId")
    named = {
        source.get("GroupId")
        for group in _groups(call)
        if group.id != wanted
        for rule in (*group.ingress_rules, *group.egress_rules)
        for source in (rule.source_group or {},)
    }
    if wanted in named or any(wanted in one.groups for one in users(call)):
        return f"resource {wanted} has a dependent object"
    return None


@TABLE.row(
    "DeleteSubnet",
    code="DependencyViolation",
    source="hashicorp/terraform issue 31658, 2022-08-18",
)
def subnet_in_use(call: Call) -> str | None:
    wanted = call.get("SubnetId")
    if any(wanted in one.subnets for one in users(call)):
        return f"The subnet '{wanted}' has dependencies and cannot be deleted."
    return None


@TABLE.row(
    "DeleteVpc",
    code="DependencyViolation",
    source="gruntwork-io/cloud-nuke issue 345, 2022-08-05; VPC User Guide, Delete your VPC",
)
def vpc_in_use(call: Call) -> str | None:
    ec2, wanted = call.backend("ec2"), call.get("VpcId")
    within = [
        *(
            one
            for one in _groups(call)
            if one.vpc_id == wanted and not one.is_default and one.name != "default"
        ),
        *(one for one in ec2.internet_gateways.values() if one.vpc and one.vpc.id == wanted),
        *(one for one in ec2.network_acls.values() if one.vpc_id == wanted and not one.default),
    ]
    return f"The vpc '{wanted}' has dependencies and cannot be deleted." if within else None


@TABLE.row(
    "DetachInternetGateway",
    code="DependencyViolation",
    source="hashicorp/terraform issue 31658, 2022-08-18; issue 1303, 2015-03-25",
)
def gateway_of_public_addresses(call: Call) -> str | None:
    wanted = call.get("VpcId")
    if wanted in _vpcs_with_public_addresses(call):
        return (
            f"Network {wanted} has some mapped public address(es). Please unmap those public "
            "address(es) before detaching the gateway."
        )
    return None


def _vpcs_with_public_addresses(call: Call) -> set[str]:
    ec2 = call.backend("ec2")
    vpcs = {
        gateway.vpc_id
        for gateway in ec2.nat_gateways.values()
        if gateway.state not in ("deleted", "failed") and gateway.connectivity_type == "public"
    }
    vpcs.update(
        one.vpc_id
        for one in ec2.all_instances()
        if one.state != "terminated" and getattr(one, "public_ip", None)
    )
    vpcs.update(
        one.vpc_id
        for one in call.backend("elbv2").load_balancers.values()
        if one.scheme != "internal"
    )
    return vpcs


@TABLE.row(
    "DeleteNetworkAcl",
    code="InvalidParameterValue",
    source="VPC User Guide, Network ACLs: the default one cannot be deleted, 2026-11",
)
def default_acl(call: Call) -> str | None:
    found = call.backend("ec2").network_acls.get(call.get("NetworkAclId"))
    if found is not None and found.default is True:
        return f"cannot delete default network ACL {found.id}"
    return None


@TABLE.row(
    "DeleteRouteTable",
    code="DependencyViolation",
    source="EC2 API Reference, DeleteRouteTable: not the main one, 2026-11",
)
def main_route_table(call: Call) -> str | None:
    wanted = call.get("RouteTableId")
    found = call.backend("ec2").route_tables.get(wanted)
    if found is not None and found.main_association_id:
        return f"The routeTable '{wanted}' has dependencies and cannot be deleted."
    return None


@TABLE.row(
    "ReleaseAddress",
    code="InvalidIPAddress.InUse",
    source="EC2 API Reference, ReleaseAddress: disassociate it first, 2026-11",
)
def address_in_use(call: Call) -> str | None:
    wanted = call.get("AllocationId")
    taken = {
        address.get("allocationId")
        for gateway in call.backend("ec2").nat_gateways.values()
        if gateway.state not in ("deleted", "failed")
        for address in gateway.nat_gateway_addresses
    }
    for one in call.backend("ec2").addresses:
        if one.allocation_id == wanted and (wanted in taken or one.instance):
            return f"Address {one.public_ip} is in use."
    return None


@TABLE.row(
    "CreateNatGateway",
    code="Resource.AlreadyAssociated",
    source="EC2 API Reference, Error codes, Resource.AlreadyAssociated, 2026-11",
)
def address_of_another_gateway(call: Call) -> str | None:
    wanted = call.get("AllocationId")
    for gateway in call.backend("ec2").nat_gateways.values():
        held = {one.get("allocationId") for one in gateway.nat_gateway_addresses}
        if wanted and wanted in held and gateway.state not in ("deleted", "failed"):
            return f"Elastic IP address [{wanted}] is already associated"
    return None


@TABLE.row(
    "CreateRoute",
    code="InvalidParameterValue",
    source="VPC User Guide, Route tables, 2026-11; kubernetes/kops issue 4338",
)
def gateway_of_another_network(call: Call) -> str | None:
    ec2, gateway, table = call.backend("ec2"), call.get("GatewayId"), call.get("RouteTableId")
    found, routes = ec2.internet_gateways.get(gateway), ec2.route_tables.get(table)
    if (
        found is not None
        and routes is not None
        and (found.vpc is None or found.vpc.id != routes.vpc_id)
    ):
        return f"route table {table} and network gateway {gateway} belong to different networks"
    return None


@TABLE.row(
    "RunInstances",
    code="InvalidParameterValue",
    source="EC2 API Reference, RunInstances InstanceType; moto's list by zone, 2026-11",
)
def type_that_does_not_exist(call: Call) -> str | None:
    kind, zones = call.get("InstanceType"), offered.instance_types(call.region)
    if kind and zones and not any(kind in types for types in zones.values()):
        return f"Invalid value '{kind}' for InstanceType."
    return None


@TABLE.row(
    "RunInstances",
    code="Unsupported",
    source="trailofbits/algo issue 314; EC2 User Guide, Instance launch issues, 2026-11",
)
def type_that_the_zone_has_not(call: Call) -> str | None:
    kind, zones = call.get("InstanceType"), offered.instance_types(call.region)
    for zone in zones_of(call, [call.get("SubnetId", "")]):
        if kind and zone in zones and kind not in zones[zone]:
            others = ", ".join(sorted(name for name, types in zones.items() if kind in types))
            return (
                f"Your requested instance type ({kind}) is not supported in your requested "
                f"Availability Zone ({zone}). Please retry your request by not specifying an "
                f"Availability Zone or choosing {others}."
            )
    return None


@TABLE.row(
    "CreateLaunchTemplate",
    "CreateLaunchTemplateVersion",
    code="InvalidUserData.Malformed",
    source="EC2 API Reference, Error codes, InvalidUserData.Malformed, 2026-11",
)
def user_data_that_is_no_base64(call: Call) -> str | None:
    data = call.get("LaunchTemplateData", {}).get("UserData")
    if data is None:
        return None
    try:
        base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return "Invalid BASE64 encoding of user data"
    return None


@TABLE.row(
    "RunInstances",
    code="InvalidParameterCombination",
    source="nilbuild/developer-roadmap PR 10171, 2026-07-22; RhinoSecurityLabs/cloudgoat issue 375",
)
def type_that_is_not_free(call: Call) -> str | None:
    return plans.type_that_is_not_free(call.get("InstanceType"))


@TABLE.row(
    "CreateVpc",
    code="VpcLimitExceeded",
    source="EC2 API Reference, Error codes, VpcLimitExceeded; VPC User Guide, quotas, 2026-11",
)
def vpcs_of_a_new_account(call: Call) -> str | None:
    if plans.new() and len(call.backend("ec2").vpcs) >= plans.NEW_VPCS:
        return "The maximum number of VPCs has been reached."
    return None


@TABLE.row(
    "AllocateAddress",
    code="AddressLimitExceeded",
    source="EC2 API Reference, Error codes, AddressLimitExceeded; VPC User Guide, quotas, 2026-11",
)
def addresses_of_a_new_account(call: Call) -> str | None:
    if plans.new() and len(call.backend("ec2").addresses) >= plans.NEW_ADDRESSES:
        return "The maximum number of addresses has been reached."
    return None
