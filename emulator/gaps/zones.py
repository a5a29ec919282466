"""EC2 Auto Scaling: every instance of a group starts in its first subnet.

AWS spreads them evenly over the zones of the group (EC2 Auto Scaling User Guide, "Availability Zone
distribution"), and replaces those in a zone that the group gives up ("Rebalancing activities").
"""

from collections import Counter
from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup

update = FakeAutoScalingGroup.update
launch = FakeAutoScalingGroup.replace_autoscaling_group_instances


def _launch(self: Any, count_needed: int, propagated_tags: dict[str, str]) -> None:
    for _ in range(count_needed):
        if self.vpc_zone_identifier:
            there = Counter(state.instance.subnet_id for state in self.instance_states)
            subnets = self.vpc_zone_identifier.split(",")
            # moto takes the first. Their order says nothing, so that another request may see it.
            self.vpc_zone_identifier = ",".join(sorted(subnets, key=lambda one: there[one]))
        launch(self, 1, dict(propagated_tags))


def spread(self: Any, *args: Any, **kwargs: Any) -> None:
    """Change a group, and let its instances leave the subnets that it has no longer."""
    update(self, *args, **kwargs)
    subnets = self.vpc_zone_identifier.split(",") if self.vpc_zone_identifier else []
    elsewhere = [one for one in self.instance_states if one.instance.subnet_id not in subnets]
    if subnets and elsewhere:
        self.autoscaling_backend.ec2_backend.terminate_instances(
            [one.instance.id for one in elsewhere]
        )
        self.instance_states = [one for one in self.instance_states if one not in elsewhere]
        self.set_desired_capacity(self.desired_capacity)


def fill() -> None:
    """Spread the instances of a group over its subnets, and over new ones."""
    FakeAutoScalingGroup.update = spread
    FakeAutoScalingGroup.replace_autoscaling_group_instances = _launch
