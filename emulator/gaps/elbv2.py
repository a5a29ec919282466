"""Elastic Load Balancing: the longest deregistration delay that AWS takes, 3600 seconds, is refused
(ELB User Guide for Application Load Balancers, deregistration delay: 0 to 3600)."""

from typing import Any

from moto.elbv2.models import ELBv2Backend

DELAY, LONGEST = "deregistration_delay.timeout_seconds", "3600"

modify = ELBv2Backend.modify_target_group_attributes


def _modify(self: Any, target_group_arn: str, attributes: dict[str, Any]) -> None:
    longest = {DELAY: LONGEST} if str(attributes.get(DELAY)) == LONGEST else {}
    rest = {key: value for key, value in attributes.items() if key not in longest}
    modify(self, target_group_arn, rest)
    self.target_groups[target_group_arn].attributes.update(longest)


def fill() -> None:
    """Take the longest delay."""
    ELBv2Backend.modify_target_group_attributes = _modify
