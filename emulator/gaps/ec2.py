"""EC2: what Terraform reads back differs from what it wrote, so that it drifts for ever.

The tags of a launch template itself appear in its versions. A security group rule that names
another group has no description, and cannot be given one when it allows every protocol.
"""

from typing import Any

from moto.ec2.models.launch_templates import LaunchTemplate
from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule

create_version = LaunchTemplate.create_version
modify_rules = SecurityGroupBackend.modify_security_group_rules


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


def fill() -> None:
    """Keep a template's own tags out of its versions, and the description of every rule."""
    LaunchTemplate.create_version = _create_version
    SecurityGroupRule.description = property(_description)
    SecurityGroupBackend.modify_security_group_rules = _modify_rules
