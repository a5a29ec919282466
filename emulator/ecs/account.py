"""The account around the play: what moto has of groups, instances, images, secrets and targets."""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from moto.backends import get_backend
from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.ecr.exceptions import RepositoryNotFoundException

from emulator import account
from emulator.ecs.behaviour import Behaviour
from emulator.ecs.control import CONTROL
from emulator.ecs.memory import registered
from emulator.ecs.state import (
    Definition,
    Group,
    Image,
    Launched,
    Policy,
    Provider,
    Scalable,
    TargetGroup,
)

POLICY = "AmazonEC2ContainerServiceforEC2Role"
DIMENSION = "ecs:service:DesiredCount"
PREDEFINED = {
    "ECSServiceAverageCPUUtilization": "cpu",
    "ECSServiceAverageMemoryUtilization": "memory",
    "ALBRequestCountPerTarget": "requests",
}
MEASURED = {
    "CPUUtilization": "cpu",
    "MemoryUtilization": "memory",
    "RequestCountPerTarget": "requests",
}
"""Metrics as policies and alarms name them, and as a test sets them."""
DATABASE_CLIENT = "public.ecr.aws/docker/library/mysql@"
"""The image of the task that makes the application's user in MySQL."""
ENDS = Behaviour(exit_code=0, lines=("the emulator has no database: nothing was made in it",))
REGISTERS = "ecs:RegisterContainerInstance"


class Moto:
    """What the play asks for and does (`emulator.ecs.state.Outside`), in moto's state."""

    def __init__(self, number: str, region: str) -> None:
        self.account = number
        self.region = region
        self._joins: dict[tuple[str, Any], tuple[str, int] | None] = {}
        self.by_hand: dict[str, str] = {}
        """EC2 instances that registered by the API, and their clusters."""

    def backend(self, service: str) -> Any:
        """moto's backend of a service."""
        regions = get_backend(service)[self.account]
        return regions["aws" if service == "iam" else self.region]

    def definition(self, arn: str) -> Definition:
        """The task definition of an ARN."""
        found = self.backend("ecs").describe_task_definition(arn)
        return Definition(
            arn=found.arn,
            family=found.family,
            containers=tuple(found.container_definitions),
            cpu=int(found.cpu) if found.cpu else None,
            memory=int(found.memory) if found.memory else None,
            constraints=tuple(found.placement_constraints or ()),
        )

    def image(self, name: str, family: str) -> Image | None:
        """The image of a name; those of other registries are taken to exist."""
        told = CONTROL.told
        hosts = (f"{self.account}.dkr.ecr.{self.region}.amazonaws.com", account.current().registry)
        here = "|".join(re.escape(one) for one in hosts if one)
        found = re.fullmatch(rf"(?:{here})/([^:@]+)(?::([^@]+))?(?:@(.+))?", name)
        if not found:
            unsaid = ENDS if name.startswith(DATABASE_CLIENT) else Behaviour()
            return Image("", told.get(family) or told.get(name, unsaid))
        tag, digest = found[2] or "latest", found[3]
        for image in self._images(found[1]):
            if image.image_digest == digest if digest else tag in image.image_tags:
                names = [family, *(f"{found[1]}:{one}" for one in [tag, *image.image_tags])]
                said = (told[one] for one in names if one in told)
                return Image(image.image_digest, next(said, Behaviour()))
        return None

    def event(self, kind: str, resource: str, detail: Mapping[str, Any]) -> None:
        """Send an event of ECS about a resource to EventBridge."""
        arn = f"arn:aws:ecs:{self.region}:{self.account}:{resource}"
        entry = {"Source": "aws.ecs", "DetailType": kind, "Resources": [arn]}
        self.backend("events").put_events([{**entry, "Detail": json.dumps(detail)}])

    def _images(self, repository: str) -> list[Any]:
        try:
            return list(self.backend("ecr")._get_repository(repository).images)
        except RepositoryNotFoundException:
            return []

    def refused_log(self, container: Mapping[str, Any]) -> str | None:
        """Why what a container says cannot be written: its log group is not there."""
        given = container.get("logConfiguration") or {}
        options = given.get("options") or {}
        made = options.get("awslogs-create-group") == "true"
        there = options.get("awslogs-group") in self.backend("logs").groups
        if given.get("logDriver") != "awslogs" or made or there:
            return None
        return "ResourceNotFoundException: The specified log group does not exist."

    def refused_secret(self, source: str) -> str | None:
        """Why a secret cannot be read."""
        if not source.startswith("arn:aws:secretsmanager:"):
            parameter = self.backend("ssm").get_parameter(source.split(":parameter", 1)[-1])
            if parameter is None:
                return f"invalid ssm parameters: {source.split(':parameter/', 1)[-1]}"
            return None
        parts = source.split(":")
        arn, key = ":".join(parts[:7]), (parts[7:] or [""])[0]
        store = self.backend("secretsmanager")
        secret = store.secrets.get(arn) if arn in store.secrets else None
        if secret is None or secret.is_deleted():
            return _no_value("Secrets Manager can't find the specified secret.")
        version = next(
            (one for one in secret.versions.values() if "AWSCURRENT" in one["version_stages"]), None
        )
        text = (version or {}).get("secret_string")
        if text is None:
            missing = "the specified secret value for staging label: AWSCURRENT"
            return _no_value(f"Secrets Manager can't find {missing}")
        if key and key not in _object(text):
            return f"retrieved secret from Secrets Manager did not contain json key {key}"
        return None

    def secret_version(self, source: str) -> str:
        """The identifier of a secret's current version, or the number of a parameter's."""
        if not source.startswith("arn:aws:secretsmanager:"):
            parameter = self.backend("ssm").get_parameter(source.split(":parameter", 1)[-1])
            return str(parameter.version)
        store = self.backend("secretsmanager").secrets
        versions = store.get(":".join(source.split(":")[:7])).versions.values()
        return next(
            str(one["version_id"]) for one in versions if "AWSCURRENT" in one["version_stages"]
        )

    def target_group(self, arn: str) -> TargetGroup | None:
        """A target group."""
        found = self.backend("elbv2").target_groups.get(arn)
        if found is None:
            return None
        return TargetGroup(
            arn=arn,
            interval=float(found.health_check_interval_seconds),
            healthy=int(found.healthy_threshold_count),
            unhealthy=int(found.unhealthy_threshold_count),
            drains=float(found.attributes["deregistration_delay.timeout_seconds"]),
        )

    def scalable(self, service: str) -> Scalable | None:
        """The scalable target of a service, with the policies that a load can move."""
        scaling = self.backend("application-autoscaling")
        name = f"service/{service}"
        target = scaling.targets.get(DIMENSION, {}).get(name)
        if target is None:
            return None
        found = (one for one in scaling.policies.values() if one.resource_id == name)
        alarms = list(self.backend("cloudwatch").alarms.values())
        policies = (*(policy for one in found for policy in _policies(one, alarms)),)
        return Scalable(int(target.min_capacity), int(target.max_capacity), policies)

    def launched(self) -> list[Launched]:
        """The instances of groups whose launch template tells them a cluster, and lets them."""
        found = []
        for group in list(self.backend("autoscaling").autoscaling_groups.values()):
            joins = self._told(group)
            if joins is None:
                continue
            cluster, reserved = joins
            for state in list(group.instance_states):
                instance = state.instance
                if instance.state == "running" and instance.id not in self.by_hand:
                    found.append(_launched(instance, cluster, group.name, reserved))
        for name, cluster in self.by_hand.items():
            instance = self.backend("ec2").get_instance_by_id(name)
            if instance is not None and instance.state == "running":
                found.append(_launched(instance, cluster, "", 0))
        return found

    def _told(self, group: Any) -> tuple[str, int] | None:
        """The cluster that a group's instances join, and ECS_RESERVED_MEMORY."""
        template = group.ec2_launch_template
        if template is None:
            return None
        version = template.get_version(group.launch_template_version)
        key = (template.id, version.number)
        if key not in self._joins:
            data = version.user_data
            text = base64.b64decode(data.as_bytes()).decode(errors="replace") if data else ""
            cluster = re.search(r"^\s*ECS_CLUSTER=(\S+)\s*$", text, re.MULTILINE)
            reserved = re.search(r"^\s*ECS_RESERVED_MEMORY=(\d+)\s*$", text, re.MULTILINE)
            self._joins[key] = (
                (cluster[1], int(reserved[1]) if reserved else 0) if cluster else None
            )
        joins = self._joins[key]
        if joins is None or not self._may_register(version.data.get("IamInstanceProfile") or {}):
            return None
        clusters = self.backend("ecs").clusters
        there = joins[0] in clusters and clusters[joins[0]].status == "ACTIVE"
        return joins if there else None

    def _may_register(self, profile: Mapping[str, str]) -> bool:
        """Whether the role of an instance profile lets the agent register."""
        name = profile.get("Name") or profile.get("Arn", "").rpartition("/")[2]
        found = self.backend("iam").instance_profiles.get(name)
        for role in found.roles if found else ():
            if any(POLICY in arn for arn in role.managed_policies):
                return True
            if any(REGISTERS in text or "ecs:*" in text for text in role.policies.values()):
                return True
        return False

    def providers(self, cluster: str) -> list[Provider]:
        """The capacity providers of a cluster, with a group."""
        ecs = self.backend("ecs")
        names = getattr(ecs.clusters.get(cluster), "capacity_providers", None) or ()
        found = (ecs.capacity_providers.get(one.split("/")[-1]) for one in names)
        return [_provider(one) for one in found if one and one.auto_scaling_group_provider]

    def group(self, name: str) -> Group | None:
        """A scaling group, with the room of one of its instances."""
        found = self.backend("autoscaling").autoscaling_groups.get(name)
        if found is None:
            return None
        told = self._told(found)
        cpu, memory = _size(found.instance_type, told[1] if told else 0)
        return Group(
            name, int(found.min_size), int(found.max_size), int(found.desired_capacity), cpu, memory
        )

    def scale(self, group: str, desired: int) -> None:
        """Grow a group."""
        self.backend("autoscaling").set_desired_capacity(group, desired)

    def remove(self, group: str, instance: str) -> None:
        """End one instance of a group, which shrinks."""
        scaling = self.backend("autoscaling")
        for state in scaling.autoscaling_groups[group].instance_states:
            if state.instance.id == instance:
                state.protected_from_scale_in = False
        scaling.terminate_instance(instance, True)

    def protect(self, group: str, instances: Mapping[str, bool]) -> None:
        """Say which instances of a group scale-in must spare."""
        found = self.backend("autoscaling").autoscaling_groups.get(group)
        for state in found.instance_states if found else ():
            if state.instance.id in instances:
                state.protected_from_scale_in = instances[state.instance.id]

    def log(
        self, container: Mapping[str, Any], task: str, at: float, lines: tuple[str, ...]
    ) -> None:
        """Write lines to the stream of a container (guide, "awslogs": prefix/container/task)."""
        given = container.get("logConfiguration") or {}
        options = given.get("options") or {}
        group = options.get("awslogs-group")
        logs = self.backend("logs")
        if given.get("logDriver") != "awslogs" or group not in logs.groups:
            return
        stream = f"{options.get('awslogs-stream-prefix', '')}/{container['name']}/{task}".lstrip(
            "/"
        )
        logs.ensure_log_stream(group, stream)
        events = [{"timestamp": int(at * 1000), "message": line} for line in lines]
        logs.put_log_events(group, stream, events)


def _no_value(words: str) -> str:
    return f"failed to fetch secret from secrets manager: ResourceNotFoundException: {words}"


def _object(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _policies(found: Any, alarms: list[Any]) -> Iterator[Policy]:
    """The policies of the play that one of moto's is."""
    tracking = found.target_tracking_scaling_policy_configuration
    if tracking:
        given = tracking.get("PredefinedMetricSpecification") or {}
        metric = PREDEFINED.get(given.get("PredefinedMetricType", "")) or _customized(tracking)
        if metric:
            yield Policy(
                found.policy_name,
                metric,
                target=float(tracking["TargetValue"]),
                scales_in=not tracking.get("DisableScaleIn"),
                out_cooldown=float(tracking.get("ScaleOutCooldown", 300)),
                in_cooldown=float(tracking.get("ScaleInCooldown", 300)),
            )
        return
    steps = found.step_scaling_policy_configuration or {}
    cooldown = float(steps.get("Cooldown", 300))
    for alarm in alarms:
        if found.policy_arn in (alarm.alarm_actions or ()) and alarm.metric_name in MEASURED:
            yield Policy(
                f"{found.policy_name} {alarm.name}",
                MEASURED[alarm.metric_name],
                threshold=float(alarm.threshold),
                above=alarm.comparison_operator.startswith("Greater"),
                after=float(alarm.period) * int(alarm.evaluation_periods),
                kind=steps["AdjustmentType"],
                steps=tuple(_step(one) for one in steps.get("StepAdjustments") or ()),
                out_cooldown=cooldown,
                in_cooldown=cooldown,
            )


def _customized(tracking: Mapping[str, Any]) -> str:
    """`backlog` where a policy divides the messages of a queue; empty for other metrics."""
    queries = (tracking.get("CustomizedMetricSpecification") or {}).get("Metrics") or ()
    measured = [(one.get("MetricStat") or {}).get("Metric") or {} for one in queries]
    return "backlog" if any(one.get("Namespace") == "AWS/SQS" for one in measured) else ""


def _step(given: Mapping[str, Any]) -> tuple[float | None, float | None, int]:
    bounds = (given.get(f"MetricInterval{one}Bound") for one in ("Lower", "Upper"))
    lower, upper = (None if one is None else float(one) for one in bounds)
    return lower, upper, int(given["ScalingAdjustment"])


def _size(kind: str, reserved: int) -> tuple[int, int]:
    """CPU units and MiB that an instance of a type registers."""
    found = INSTANCE_TYPES.get(kind)
    if found is None:
        return 0, 0
    memory = int(found["MemoryInfo"]["SizeInMiB"])
    return int(found["VCpuInfo"]["DefaultVCpus"]) * 1024, registered(memory) - reserved


def _launched(instance: Any, cluster: str, group: str, reserved: int) -> Launched:
    kind = instance.instance_type
    cpu, memory = _size(kind, reserved)
    arm = "arm64" in INSTANCE_TYPES[kind]["ProcessorInfo"]["SupportedArchitectures"]
    zone = instance.availability_zone
    return Launched(
        id=instance.id,
        cluster=cluster,
        group=group,
        zone=zone,
        kind=kind,
        cpu=cpu,
        memory=memory,
        attributes={
            "ecs.availability-zone": zone,
            "ecs.instance-type": kind,
            "ecs.os-type": "linux",
            "ecs.os-family": "LINUX",
            "ecs.cpu-architecture": "arm64" if arm else "x86_64",
            "ecs.ami-id": instance.image_id,
            "ecs.subnet-id": instance.subnet_id,
            "ecs.vpc-id": instance.vpc_id,
        },
    )


def _provider(found: Any) -> Provider:
    given = found.auto_scaling_group_provider
    scaling = given["managedScaling"]
    return Provider(
        name=found.name,
        group=given["autoScalingGroupArn"].rpartition("/")[2],
        scales=scaling["status"] == "ENABLED",
        target=int(scaling["targetCapacity"]),
        step_least=int(scaling["minimumScalingStepSize"]),
        step_most=int(scaling["maximumScalingStepSize"]),
        protects=given.get("managedTerminationProtection") == "ENABLED",
        warm_up=float(scaling["instanceWarmupPeriod"]),
    )
