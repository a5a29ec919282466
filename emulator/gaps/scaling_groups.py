"""EC2 Auto Scaling: settings of a group that moto drops, at its creation or when it is changed."""

from typing import Any

from moto.autoscaling.responses import AutoScalingResponse as Response

create = Response.create_auto_scaling_group
update = Response.update_auto_scaling_group

FIELDS = {
    "AvailabilityZoneDistribution": "availability_zone_distribution",
    "CapacityRebalance": "capacity_rebalance",
    "DefaultCooldown": "default_cooldown",
    "DefaultInstanceWarmup": "default_instance_warmup",
    "DesiredCapacityType": "desired_capacity_type",
    "InstanceMaintenancePolicy": "instance_maintenance_policy",
    "MaxInstanceLifetime": "max_instance_lifetime",
    "TerminationPolicies": "termination_policies",
}
"""Parameter -> attribute of moto's group, which is what it answers."""

CLEARED = {"DefaultInstanceWarmup": -1, "MaxInstanceLifetime": 0}
"""What takes a setting away (Auto Scaling API Reference, UpdateAutoScalingGroup)."""


def _keep(response: Any) -> None:
    groups = response.autoscaling_backend.autoscaling_groups
    group = groups[response._get_param("AutoScalingGroupName")]
    for parameter, attribute in FIELDS.items():
        value = response._get_param(parameter)
        if value is not None:
            gone = value == CLEARED.get(parameter) or _none_of_it(value)
            setattr(group, attribute, None if gone else value)


def _none_of_it(value: Any) -> bool:
    """A maintenance policy of -1 percent is none."""
    return isinstance(value, dict) and set(value.values()) == {-1}


def _create(self: Any) -> Any:
    answer = create(self)
    _keep(self)
    return answer


def _update(self: Any) -> Any:
    answer = update(self)
    _keep(self)
    return answer


def fill() -> None:
    """Keep what a group is given."""
    Response.create_auto_scaling_group = _create
    Response.update_auto_scaling_group = _update
