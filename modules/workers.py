"""Further services of the cluster, in the image of the service with own commands."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicy,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration,
)
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecification as _CustomizedMetric,
)
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetrics as _Metrics,
)
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricsMetricStat as _MetricStat,
)
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricsMetricStatMetric as _Metric,
)
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationMetricsMetricStatMetricDimensions as _Dimension,
)
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification as _PredefinedMetric,
)
from cdktf_cdktf_provider_aws.appautoscaling_target import AppautoscalingTarget
from cdktf_cdktf_provider_aws.ecs_service import (
    EcsService,
    EcsServiceCapacityProviderStrategy,
    EcsServiceDeploymentCircuitBreaker,
    EcsServiceLoadBalancer,
    EcsServiceOrderedPlacementStrategy,
)
from cdktf_cdktf_provider_aws.ecs_task_definition import (
    EcsTaskDefinition,
    EcsTaskDefinitionRuntimePlatform,
)
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.ssm_parameter import SsmParameter
from constructs import Construct

from modules import connect, containers, targets
from modules.cluster import ClusterOutputs
from modules.naming import Names
from strata.settings.capacity import (
    WORKER_HEALTHY_PERCENT,
    WORKER_MAXIMUM_PERCENT,
    of_service,
    worker_task,
)
from strata.settings.models import Worker
from strata.settings.resource_names import CONTAINER, image_parameter


@dataclass(frozen=True)
class Shared:
    """What a worker has from the service: containers, roles, comments for the gate; and the images
    of all, by name."""

    cluster: ClusterOutputs
    images: Mapping[str, str]
    containers: Sequence[Mapping[str, object]]
    execution_role: IamRole
    task_role: IamRole
    policies: Sequence[IamRolePolicy]
    notes: Mapping[str, object]
    entrance: targets.Entrance
    connect: connect.Connect | None


@dataclass(frozen=True)
class Added:
    """A service, and its target group where it has a route."""

    service: EcsService
    target: targets.Target | None


def add(scope: Construct, names: Names, name: str, worker: Worker, shared: Shared) -> Added:
    """Add a service to the service layer."""
    settings, id_ = names.settings, targets.construct_id(name)
    image = SsmParameter(
        scope,
        f"{id_}_image",
        name=image_parameter(settings, name),
        type="String",
        insecure_value=shared.images[name],
        lifecycle=TerraformResourceLifecycle(ignore_changes=["insecure_value"]),
        tags=names.tags(f"{name}-image"),
    )
    target = (
        targets.add(scope, names, name, worker.route, shared.entrance) if worker.route else None
    )
    sizes = connect.sizes(worker_task(of_service(settings), worker))
    task = EcsTaskDefinition(
        scope,
        f"{id_}_task_definition",
        family=names.name(name, 255),
        track_latest=True,
        skip_destroy=True,
        requires_compatibilities=["EC2"],
        network_mode="bridge",
        runtime_platform=EcsTaskDefinitionRuntimePlatform(
            operating_system_family="LINUX",
            cpu_architecture=settings.cluster.architecture.upper(),
        ),
        execution_role_arn=shared.execution_role.arn,
        task_role_arn=shared.task_role.arn,
        container_definitions=json.dumps(
            containers.of_worker(
                shared.containers,
                name,
                worker,
                image.insecure_value,
                [containers.tcp(target.container_port)]
                if target
                else connect.mapping(name, worker),
            )
        ),
        cpu=sizes.cpu,
        memory=sizes.memory,
        tags=names.tags(name),
    )
    for note, said in shared.notes.items():
        task.add_override(f"//.{note}", said)
    service = EcsService(
        scope,
        f"{id_}_service",
        name=names.name(name, 255),
        cluster=shared.cluster.cluster_name,
        task_definition=task.arn,
        desired_count=worker.desired_count,
        capacity_provider_strategy=[
            EcsServiceCapacityProviderStrategy(
                capacity_provider=shared.cluster.capacity_provider_name, base=1, weight=100
            )
        ],
        load_balancer=[
            EcsServiceLoadBalancer(
                target_group_arn=target.arn,
                container_name=CONTAINER,
                container_port=target.container_port,
            )
        ]
        if target
        else None,
        health_check_grace_period_seconds=target.grace_seconds if target else None,
        ordered_placement_strategy=[
            EcsServiceOrderedPlacementStrategy(
                type="spread", field="attribute:ecs.availability-zone"
            ),
            EcsServiceOrderedPlacementStrategy(type="spread", field="instanceId"),
        ],
        deployment_circuit_breaker=EcsServiceDeploymentCircuitBreaker(enable=True, rollback=True),
        deployment_minimum_healthy_percent=WORKER_HEALTHY_PERCENT,
        deployment_maximum_percent=WORKER_MAXIMUM_PERCENT,
        service_connect_configuration=shared.connect.of(name, worker) if shared.connect else None,
        enable_ecs_managed_tags=True,
        enable_execute_command=True if settings.service.exec else None,
        propagate_tags="SERVICE",
        wait_for_steady_state=True if settings.service.wait_for_steady_state else None,
        # Auto scaling changes it, where there is any.
        lifecycle=TerraformResourceLifecycle(ignore_changes=["desired_count"])
        if worker.max_count
        else None,
        tags=names.tags(name),
        depends_on=list(shared.policies),
    )
    if worker.max_count:
        _scaling(scope, names, name, worker, service)
    return Added(service, target)


def _scaling(
    scope: Construct, names: Names, name: str, worker: Worker, service: EcsService
) -> None:
    id_ = targets.construct_id(name)
    target = AppautoscalingTarget(
        scope,
        f"{id_}_scaling_target",
        service_namespace="ecs",
        scalable_dimension="ecs:service:DesiredCount",
        resource_id=f"service/{service.cluster}/{service.name}",
        min_capacity=worker.desired_count,
        max_capacity=worker.max_count or worker.desired_count,
        tags=names.tags(name),
    )
    by = "backlog" if worker.queue else "cpu"
    AppautoscalingPolicy(
        scope,
        f"{id_}_target_tracking_{by}",
        name=names.name(f"{name}-{by}", 255),
        policy_type="TargetTrackingScaling",
        service_namespace=target.service_namespace,
        resource_id=target.resource_id,
        scalable_dimension=target.scalable_dimension,
        target_tracking_scaling_policy_configuration=AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration(
            predefined_metric_specification=None
            if worker.queue
            else _PredefinedMetric(predefined_metric_type="ECSServiceAverageCPUUtilization"),
            customized_metric_specification=_backlog(worker.queue_name, service)
            if worker.queue
            else None,
            target_value=worker.messages_per_task or worker.cpu_percent,
            scale_out_cooldown=60,
            scale_in_cooldown=300,
        ),
    )


def _backlog(queue: str, service: EcsService) -> _CustomizedMetric:
    """The messages in a queue for each running task (Application Auto Scaling User Guide, target
    tracking with metric math). Periods are of a minute.

    Running tasks are counted by their samples of CPU, of which each sends one a minute (ECS
    Developer Guide, service RUNNING task count): Container Insights, which has a metric of them,
    may be off.
    """
    return _CustomizedMetric(
        metrics=[
            _Metrics(
                id="messages",
                metric_stat=_metric(
                    "AWS/SQS", "ApproximateNumberOfMessagesVisible", "Sum", {"QueueName": queue}
                ),
                return_data=False,
            ),
            _Metrics(
                id="tasks",
                metric_stat=_metric(
                    "AWS/ECS", "CPUUtilization", "SampleCount",
                    {"ClusterName": service.cluster, "ServiceName": service.name},
                ),
                return_data=False,
            ),
            _Metrics(id="backlog", expression="messages / tasks", return_data=True),
        ]
    )  # fmt: skip


def _metric(namespace: str, name: str, stat: str, dimensions: Mapping[str, str]) -> _MetricStat:
    return _MetricStat(
        metric=_Metric(
            namespace=namespace,
            metric_name=name,
            dimensions=[_Dimension(name=key, value=value) for key, value in dimensions.items()],
        ),
        stat=stat,
    )
