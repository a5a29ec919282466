"""EC2 Auto Scaling: every instance of a group starts in its first subnet.

AWS spreads them evenly over the zones of the group (EC2 Auto Scaling User Guide, "Availability Zone
distribution").
"""

from collections import Counter
from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup

launch = FakeAutoScalingGroup.replace_autoscaling_group_instances


def _launch(self: Any, count_needed: int, propagated_tags: dict[str, str]) -> None:
    every = self.vpc_zone_identifier
    subnets = every.split(",") if every else []
    if len(subnets) < 2:
        launch(self, count_needed, propagated_tags)
        return
    try:
        for _ in range(count_needed):
            there = Counter(state.instance.subnet_id for state in self.instance_states)
            self.vpc_zone_identifier = min(subnets, key=lambda one: there[one])
            launch(self, 1, dict(propagated_tags))
    finally:
        self.vpc_zone_identifier = every


def fill() -> None:
    """Spread the instances of a group over its subnets."""
    FakeAutoScalingGroup.replace_autoscaling_group_instances = _launch
