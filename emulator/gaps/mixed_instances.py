"""EC2 Auto Scaling: a group of mixed instances loses its policy, and starts too few.

moto forgets the policy with every update that does not repeat it. Of the instances beyond the
on-demand base it counts the two kinds apart and cuts both numbers off, so that three of which two
are the base, with half of the rest Spot, are two. AWS starts as many as are desired (EC2 Auto
Scaling User Guide, "Mixed instances groups": a fraction is an on-demand instance).
"""

import threading
from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup

from emulator.gaps import zones

desire = FakeAutoScalingGroup.set_desired_capacity

_counting = threading.local()


def _policy(self: Any) -> Any:
    counts = getattr(_counting, "group", None) is self
    return None if counts else self.__dict__.get("mixed_instances_policy")


def _keep(self: Any, policy: Any) -> None:
    self.__dict__["mixed_instances_policy"] = policy


def _update(self: Any, *args: Any, **kwargs: Any) -> None:
    before = self.mixed_instances_policy
    zones.spread(self, *args, **kwargs)
    if not any(kwargs.get(name) for name in ("launch_config_name", "launch_template")):
        self.mixed_instances_policy = self.mixed_instances_policy or before


def _desire(self: Any, new_capacity: int | None) -> None:
    """Count every instance as one, unless the types have weights."""
    policy = self.mixed_instances_policy or {}
    types = policy.get("LaunchTemplate", {}).get("Overrides", [])
    if not any("WeightedCapacity" in one for one in types):
        _counting.group = self
    try:
        desire(self, new_capacity)
    finally:
        _counting.group = None


def fill() -> None:
    """Keep the policy of a group, and start as many instances as it desires."""
    FakeAutoScalingGroup.mixed_instances_policy = property(_policy, _keep)
    FakeAutoScalingGroup.update = _update
    FakeAutoScalingGroup.set_desired_capacity = _desire
