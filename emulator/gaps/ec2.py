"""EC2: what Terraform reads back differs from what it wrote, so that it drifts for ever.

The tags of a launch template itself appear in its versions, and stay as they were when they are
changed. A security group rule that names
another group has no description, and cannot be given one when it allows every protocol.

A VPC or subnet is given a block with host bits: AWS takes them off (botocore, CreateVpc CidrBlock).

A subnet that is given another network ACL a second time ends in an error of the server, which
Terraform asks again for minutes: AWS calls that operation idempotent.

The network interface of an instance stays when the instance is terminated. Those of an interface
endpoint do not say whose they are. Instances do not say whether they are Spot ones, and how many
vCPUs they have.
"""

import ipaddress
import threading
from typing import Any

from moto.core.types import Base64EncodedString
from moto.ec2.exceptions import InvalidAssociationIdError
from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.ec2.models.instances import Instance
from moto.ec2.models.launch_templates import LaunchTemplate, LaunchTemplateVersion
from moto.ec2.models.network_acls import NetworkAcl, NetworkAclBackend
from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule
from moto.ec2.models.subnets import SubnetBackend
from moto.ec2.models.vpcs import VPCBackend

create_subnet = SubnetBackend.create_subnet
create_vpc = VPCBackend.create_vpc
create_endpoint = VPCBackend.create_vpc_endpoint
create_version = LaunchTemplate.create_version
prep_nics = Instance.prep_nics
terminate = Instance.terminate
modify_rules = SecurityGroupBackend.modify_security_group_rules
replace_acl = NetworkAclBackend.replace_network_acl_association

replacing = threading.Lock()


def _create_version(self: Any, data: dict[str, Any], description: str) -> Any:
    kept = [
        specification
        for specification in data.pop("TagSpecifications", None) or []
        if specification.get("ResourceType") != "launch-template"
    ]
    if kept:
        data["TagSpecifications"] = kept
    return create_version(self, data, description)


def _description(self: Any) -> str | None:
    found: str | None = {**self.source_group, **self.ip_range}.get("Description")
    return found


def _modify_rules(self: Any, group_id: str, rules: dict[str, dict[str, Any]]) -> None:
    modify_rules(
        self,
        group_id,
        {
            # Rules for every protocol have no ports, which moto demands.
            key: {"FromPort": -1, "ToPort": -1, **rule} if rule.get("IpProtocol") == "-1" else rule
            for key, rule in rules.items()
        },
    )


def _replace_acl(self: Any, association_id: str, network_acl_id: str) -> Any:
    with replacing:
        for one in self.get_network_acl(network_acl_id).associations:
            if getattr(one, "replaced", None) == association_id:
                return one
        if not any(_has(acl, association_id) for acl in self.network_acls.values()):
            raise InvalidAssociationIdError(association_id)
        association = replace_acl(self, association_id, network_acl_id)
        association.replaced = association_id
        return association


def _has(acl: NetworkAcl, association_id: str) -> bool:
    return any(one.id == association_id for one in acl.associations)


def _canonical(block: str) -> str:
    try:
        return str(ipaddress.IPv4Network(block, strict=False))
    except ValueError:
        return block


def _create_vpc(self: Any, cidr_block: str, *args: Any, **kwargs: Any) -> Any:
    return create_vpc(self, _canonical(cidr_block), *args, **kwargs)


def _create_subnet(self: Any, vpc_id: str, cidr_block: str, *args: Any, **kwargs: Any) -> Any:
    return create_subnet(self, vpc_id, _canonical(cidr_block), *args, **kwargs)


def _create_endpoint(self: Any, *args: Any, **kwargs: Any) -> Any:
    endpoint = create_endpoint(self, *args, **kwargs)
    for name in endpoint.network_interface_ids or []:
        # As AWS writes it, which is how the interfaces of services are told apart.
        self.enis[name].description = f"VPC Endpoint Interface {endpoint.id}"
    return endpoint


def _prep_nics(self: Any, nic_spec: list[dict[str, Any]], *args: Any, **kwargs: Any) -> None:
    """An interface that is made with its instance goes with it, unless the launch says otherwise
    (EC2 API Reference, InstanceNetworkInterfaceSpecification deleteOnTermination)."""
    kept = {
        int(one["DeviceIndex"])
        for one in nic_spec
        if one.get("NetworkInterfaceId") or one.get("DeleteOnTermination") is False
    }
    prep_nics(self, nic_spec, *args, **kwargs)
    for index, interface in self.nics.items():
        interface.delete_on_termination = index not in kept


def _terminate(self: Any) -> Any:
    if self.state == "terminated":
        self.nics = {}
    return terminate(self)


def _lifecycle(self: Any) -> str | None:
    found: str | None = self.lifecycle
    return found


def _cpu_options(self: Any) -> dict[str, int]:
    known = INSTANCE_TYPES.get(self.instance_type, {}).get("VCpuInfo", {})
    return {
        "CoreCount": known.get("DefaultCores", 1),
        "ThreadsPerCore": known.get("DefaultThreadsPerCore", 1),
    }


def _user_data(self: Any) -> Any:
    """User data that was given to a later version stays text there, which ends in an error of the
    server as soon as an instance starts from it."""
    data = self.data.get("UserData")
    return Base64EncodedString(data) if isinstance(data, str) else data


def _tags(self: Any) -> list[dict[str, str]]:
    found: list[dict[str, str]] = self.get_tags()
    return found


def _set_tags(self: Any, tags: list[dict[str, str]]) -> None:
    """Set when a template is made, and never again."""


def fill() -> None:
    """Keep a template's own tags out of its versions and as they are now, the description of every
    rule, and the ACL of a subnet that has it; take host bits off; let interfaces go with their
    instance, or name their endpoint; say of instances what they count for a quota."""
    Instance.instance_lifecycle = property(_lifecycle)
    Instance.cpu_options = property(_cpu_options)
    LaunchTemplateVersion.user_data = property(_user_data)
    Instance.prep_nics = _prep_nics
    Instance.terminate = _terminate
    VPCBackend.create_vpc = _create_vpc
    VPCBackend.create_vpc_endpoint = _create_endpoint
    SubnetBackend.create_subnet = _create_subnet
    LaunchTemplate.create_version = _create_version
    LaunchTemplate.tags = property(_tags, _set_tags)
    SecurityGroupRule.description = property(_description)
    SecurityGroupBackend.modify_security_group_rules = _modify_rules
    NetworkAclBackend.replace_network_acl_association = _replace_acl
