"""Service layer: log group, roles, task definition, service and its scaling."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from cdktf import TerraformOutput, TerraformResourceLifecycle, TerraformStack
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicy,
    AppautoscalingPolicyStepScalingPolicyConfiguration,
    AppautoscalingPolicyStepScalingPolicyConfigurationStepAdjustment,
    AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration,
)
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification as _PredefinedMetric,
)
from cdktf_cdktf_provider_aws.appautoscaling_scheduled_action import (
    AppautoscalingScheduledAction,
    AppautoscalingScheduledActionScalableTargetAction,
)
from cdktf_cdktf_provider_aws.appautoscaling_target import AppautoscalingTarget
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from cdktf_cdktf_provider_aws.data_aws_secretsmanager_secret import DataAwsSecretsmanagerSecret
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

from modules import connect, containers, iam, jobs, workers
from modules.cache import CacheOutputs
from modules.cluster import ClusterOutputs
from modules.database import DatabaseOutputs
from modules.edge import EdgeOutputs
from modules.naming import Names
from modules.network import MYSQL, REDIS, NetworkOutputs
from modules.notify import deploying, notify
from modules.own_layer import ForService
from modules.redeploy import redeploy_on_new_password
from modules.registry import RegistryOutputs
from modules.targets import Entrance
from strata.settings.access import statements
from strata.settings.capacity import of_service
from strata.settings.connected import connected
from strata.settings.models import Service as ServiceSettings
from strata.settings.models import Settings, Sidecar, StepScaling, TargetTracking
from strata.settings.resource_names import (
    CONTAINER,
    image_parameter,
    image_tag,
    repository_name,
)

PREDEFINED_METRICS = {
    "cpu": "ECSServiceAverageCPUUtilization",
    "memory": "ECSServiceAverageMemoryUtilization",
    "requests_per_target": "ALBRequestCountPerTarget",
}


@dataclass(frozen=True)
class _Secret:
    """A secret in Secrets Manager, or a parameter; `key` names a value in a secret that is JSON.

    ARNs of resources are tokens of CDKTF: their text shows neither the resource nor an order.
    """

    arn: str
    key: str = ""
    stage: str = ""
    version: str = ""
    parameter: bool = False

    @property
    def value_from(self) -> str:
        """The secret's `valueFrom` in a container definition."""
        parts = (self.key, self.stage, self.version)
        return ":".join((self.arn, *parts)) if any(parts) else self.arn


@dataclass(frozen=True)
class ServiceInputs:
    """The outputs of the other layers that the service needs."""

    network: NetworkOutputs
    registry: RegistryOutputs
    database: DatabaseOutputs
    cache: CacheOutputs
    cluster: ClusterOutputs
    edge: EdgeOutputs
    own: ForService


@dataclass(frozen=True)
class ServiceOutputs:
    """The service, as alarms watch it."""

    service_name: str
    workers: Mapping[str, str]
    """Name in `[services]` -> name of the service in ECS."""
    target_groups: Mapping[str, str]
    """Name of a service with a route -> the suffix of its target group's ARN."""
    dead_letters: str
    """The queue of what jobs could not be started; empty without jobs."""


class Service(Construct):
    """The web API of one environment."""

    def __init__(self, scope: Construct, settings: Settings, inputs: ServiceInputs) -> None:
        super().__init__(scope, "service")
        self._settings = settings
        self._names = Names(settings, "service")
        self._inputs = inputs
        names = self._names
        self._logs = CloudwatchLogGroup(
            self,
            "log_group",
            name=names.path("service"),
            retention_in_days=settings.service.log_retention_days,
            tags=names.tags(),
        )
        secrets = self._secrets()
        sidecars = [
            (sidecar, self._user_secrets(sidecar, f"sidecar_{index}_"))
            for index, sidecar in enumerate(settings.service.sidecars)
        ]
        execution_role, execution_policy = self._execution_role(
            [
                *secrets.values(),
                *(secret for _, of_sidecar in sidecars for secret in of_sidecar.values()),
            ]
        )
        task_role = IamRole(
            self,
            "task_role",
            # It allows what the settings and modules/own.py ask for, and else nothing.
            name=names.name("task"),
            assume_role_policy=self._trust(),
            tags=names.tags("task"),
        )
        self._image = self._image_parameter()
        policies = [
            execution_policy,
            *self._task_policy(task_role),
            *self._exec_policy(task_role),
        ]
        definitions = [
            self._container(secrets),
            *(self._sidecar(*sidecar) for sidecar in sidecars),
        ]
        sizes = connect.sizes(of_service(settings))
        task = EcsTaskDefinition(
            self,
            "task_definition",
            family=names.name(limit=255),
            # A release registers a revision beside Terraform, and going back needs the old ones.
            track_latest=True,
            skip_destroy=True,
            requires_compatibilities=["EC2"],
            network_mode="bridge",
            runtime_platform=EcsTaskDefinitionRuntimePlatform(
                operating_system_family="LINUX",
                cpu_architecture=settings.cluster.architecture.upper(),
            ),
            execution_role_arn=execution_role.arn,
            task_role_arn=task_role.arn,
            container_definitions=json.dumps(definitions),
            cpu=sizes.cpu,
            memory=sizes.memory,
            tags=names.tags(),
        )
        not_secret: dict[str, str] = {}
        for container in settings.service.containers:
            not_secret |= container.not_secret
        # Comments to Terraform; the gate reads from them which variables and files it must accept.
        notes: dict[str, object] = {
            "not_secret": not_secret,
            "environment_files": containers.environment_files(settings.service),
        }
        notes = {name: said for name, said in notes.items() if said}
        for note, said in notes.items():
            task.add_override(f"//.{note}", said)
        namespace = connect.connect(self, names, self._log_options())
        service = self._service(task, policies, namespace)
        self._scaling(service)
        shared = workers.Shared(
            cluster=inputs.cluster,
            images={name: self._first_image(name) for name in settings.services},
            containers=definitions,
            execution_role=execution_role,
            task_role=task_role,
            policies=policies,
            notes=notes,
            entrance=Entrance(
                inputs.network.vpc_id,
                inputs.edge.https_listener_arn,
                inputs.edge.http_listener_arn,
            ),
            connect=namespace,
        )
        added = {
            name: workers.add(self, names, name, worker, shared)
            for name, worker in settings.services.items()
        }
        more = {name: worker.service for name, worker in added.items()}
        connect.order(settings, service, more)
        redeploy_on_new_password(self, names, service, more, inputs.database.secret_arn)
        every = [one.name for one in (service, *more.values())]
        notify(self, names, deploying(settings, inputs.cluster.cluster_name, every))
        TerraformOutput(TerraformStack.of(self), "service_name", value=service.name)
        runs = jobs.Runs(inputs.cluster, task, (execution_role, task_role))
        dead_letters = jobs.schedule(self, names, settings.jobs, runs) if settings.jobs else ""
        names_of_workers = {name: worker.name for name, worker in more.items()}
        self.outputs = ServiceOutputs(
            service.name,
            names_of_workers,
            {name: one.target.arn_suffix for name, one in added.items() if one.target},
            dead_letters,
        )

    def _image_parameter(self) -> SsmParameter:
        """Which image runs; `strata deploy` writes it, and no plan puts it back.

        The tag of the settings is in its name, so that another tag there is another parameter, and
        so is the repository where it is set.
        Replacing one of the same name would not do: SSM wants 30 seconds between deleting a
        parameter and making it again (API reference, DeleteParameter).
        """
        return SsmParameter(
            self,
            "image",
            name=image_parameter(self._settings),
            type="String",
            # Not sensitive: in a `value` a plan would hide which image runs.
            insecure_value=self._first_image(),
            lifecycle=TerraformResourceLifecycle(ignore_changes=["insecure_value"]),
            tags=self._names.tags("image"),
        )

    def _first_image(self, service: str = "") -> str:
        """The image that a first apply runs in the service, or in one of `[services]`."""
        repository = repository_name(self._settings, service)
        return f"{self._inputs.registry.urls[repository]}:{image_tag(self._settings, service)}"

    def _trust(self) -> str:
        account = self._settings.environment.account_id
        return iam.trust(
            "ecs-tasks.amazonaws.com", {"StringEquals": {"aws:SourceAccount": account}}
        )

    def _secrets(self) -> dict[str, _Secret]:
        """Environment variable -> its secret."""
        database = self._inputs.database.secret_arn
        secrets = {
            "DB_USERNAME": _Secret(database, "username"),
            "DB_PASSWORD": _Secret(database, "password"),
        }
        if self._inputs.cache.secret_arn:
            secrets["REDIS_PASSWORD"] = _Secret(self._inputs.cache.secret_arn)
        return {**secrets, **self._user_secrets(self._settings.service)}

    def _user_secrets(
        self, container: ServiceSettings | Sidecar, prefix: str = ""
    ) -> dict[str, _Secret]:
        return {
            variable: self._user_secret(f"{prefix}secret_{variable.lower()}", source)
            for variable, source in sorted(container.secrets.items())
        }

    def _user_secret(self, name: str, source: str) -> _Secret:
        if source.startswith("arn:aws:ssm:"):
            return _Secret(source, parameter=True)
        if source.startswith("arn:"):
            # arn:aws:secretsmanager:region:account:secret:name, then the parts to read from it.
            parts = source.split(":")
            key, stage, version = parts[7:] or ("", "", "")
            return _Secret(":".join(parts[:7]), key, stage, version)
        data = DataAwsSecretsmanagerSecret(self, name, name=source)
        return _Secret(data.arn)

    def _execution_role(self, secrets: list[_Secret]) -> tuple[IamRole, IamRolePolicy]:
        role = IamRole(
            self,
            "execution_role",
            name=self._names.name("execution"),
            assume_role_policy=self._trust(),
            tags=self._names.tags("execution"),
        )
        # In the order of the variables, the same in a layer's stack and in the composed stack.
        repositories = [
            *self._inputs.registry.arns.values(),
            *containers.private_repositories(self._settings.service),
        ]
        secret_arns: list[str] = []
        parameter_arns: list[str] = []
        for secret in secrets:
            arns = parameter_arns if secret.parameter else secret_arns
            if secret.arn not in arns:
                arns.append(secret.arn)
        policy = IamRolePolicy(
            self,
            "execution_role_policy",
            name="pull-log-and-read-secrets",
            role=role.id,
            policy=iam.policy(
                [
                    # GetAuthorizationToken has no narrower resource.
                    {"Action": "ecr:GetAuthorizationToken", "Resource": "*"},
                    {
                        "Action": [
                            "ecr:BatchCheckLayerAvailability",
                            "ecr:BatchGetImage",
                            "ecr:GetDownloadUrlForLayer",
                        ],
                        "Resource": repositories if len(repositories) > 1 else repositories[0],
                    },
                    {
                        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                        "Resource": f"{self._logs.arn}:*",
                    },
                    {"Action": "secretsmanager:GetSecretValue", "Resource": secret_arns},
                    *(
                        [{"Action": "ssm:GetParameters", "Resource": parameter_arns}]
                        if parameter_arns
                        else []
                    ),
                    *self._decryption(),
                    *self._environment_files(),
                ]
            ),
        )
        return role, policy

    def _decryption(self) -> list[dict[str, object]]:
        """The statement that lets ECS read secrets under keys of the customer's own.

        Only through the two services that hold secrets: the role decrypts nothing else with them.
        """
        keys = list(dict.fromkeys(self._settings.service.secret_keys))
        region = self._settings.environment.region
        through = [f"{service}.{region}.amazonaws.com" for service in ("secretsmanager", "ssm")]
        statement: dict[str, object] = {
            "Action": "kms:Decrypt",
            "Resource": keys,
            "Condition": {"StringEquals": {"kms:ViaService": through}},
        }
        return [statement] if keys else []

    def _task_policy(self, role: IamRole) -> list[IamRolePolicy]:
        own = [permission.statement() for permission in self._inputs.own.permissions]
        policies = {
            "task_role_policy": ("own-resources", own),
            "task_role_permissions": ("settings", statements(self._settings.service)),
        }
        return [
            IamRolePolicy(self, id_, name=name, role=role.id, policy=iam.policy(allowed))
            for id_, (name, allowed) in policies.items()
            if allowed
        ]

    def _exec_policy(self, role: IamRole) -> list[IamRolePolicy]:
        """What the agent of ECS Exec in the container needs (ECS Developer Guide, ECS Exec, task role
        permissions and logging): its channels, and the log group of its sessions."""
        log_group = self._inputs.cluster.exec_log_group_arn
        if log_group is None:
            return []
        channels = ("CreateControlChannel", "CreateDataChannel")
        opened = ("OpenControlChannel", "OpenDataChannel")
        policy = IamRolePolicy(
            self,
            "exec_policy",
            name="ecs-exec",
            role=role.id,
            policy=iam.policy(
                [
                    # None of these has a narrower resource.
                    {
                        "Action": [f"ssmmessages:{name}" for name in (*channels, *opened)],
                        "Resource": "*",
                    },
                    {"Action": "logs:DescribeLogGroups", "Resource": "*"},
                    {
                        "Action": [
                            "logs:CreateLogStream",
                            "logs:DescribeLogStreams",
                            "logs:PutLogEvents",
                        ],
                        "Resource": f"{log_group}:*",
                    },
                ]
            ),
        )
        return [policy]

    def _environment_files(self) -> list[dict[str, object]]:
        """The statements that let ECS read the environment files (ECS Developer Guide, pass an
        environment variable file)."""
        files = containers.environment_files(self._settings.service)
        if not files:
            return []
        buckets = list(dict.fromkeys(file.partition("/")[0] for file in files))
        return [
            {"Action": "s3:GetObject", "Resource": files},
            {"Action": "s3:GetBucketLocation", "Resource": buckets},
        ]

    def _container(self, secrets: dict[str, _Secret]) -> dict[str, object]:
        service = self._settings.service
        return containers.definition(
            service,
            name=CONTAINER,
            image=self._image.insecure_value,
            ports=[containers.tcp(service.container_port, service.host_port)],
            environment={
                **service.environment,
                **self._inputs.own.environment,
                "DB_TYPE": "mysql",
                "DB_HOST": self._inputs.database.address,
                "DB_PORT": str(MYSQL),
                "DB_NAME": self._settings.database.name,
                "DB_TLS": json.dumps(self._settings.database.require_tls),
                "REDIS_HOST": self._inputs.cache.address,
                "REDIS_PORT": str(REDIS),
                "REDIS_TLS": json.dumps(self._settings.cache.encryption_in_transit),
                **connected(self._settings),
            },
            secrets=_places(secrets),
            logs=self._log_options(),
        )

    def _sidecar(self, sidecar: Sidecar, secrets: dict[str, _Secret]) -> dict[str, object]:
        return containers.definition(
            sidecar,
            name=sidecar.name,
            image=sidecar.image,
            ports=[],
            environment=sidecar.environment,
            secrets=_places(secrets),
            logs=self._log_options(),
        )

    def _log_options(self) -> containers.Logs:
        return containers.Logs(self._logs.name, self._settings.environment.region)

    def _service(
        self,
        task: EcsTaskDefinition,
        policies: list[IamRolePolicy],
        namespace: connect.Connect | None,
    ) -> EcsService:
        service = self._settings.service
        return EcsService(
            self,
            "service",
            name=self._names.name(limit=255),
            cluster=self._inputs.cluster.cluster_name,
            task_definition=task.arn,
            desired_count=service.desired_count,
            capacity_provider_strategy=[
                EcsServiceCapacityProviderStrategy(
                    capacity_provider=self._inputs.cluster.capacity_provider_name,
                    base=1,
                    weight=100,
                )
            ],
            load_balancer=[
                EcsServiceLoadBalancer(
                    target_group_arn=self._inputs.edge.target_group_arn,
                    container_name=CONTAINER,
                    container_port=service.container_port,
                )
            ],
            ordered_placement_strategy=[
                EcsServiceOrderedPlacementStrategy(
                    type="spread", field="attribute:ecs.availability-zone"
                ),
                EcsServiceOrderedPlacementStrategy(type="spread", field="instanceId"),
            ],
            deployment_circuit_breaker=EcsServiceDeploymentCircuitBreaker(
                enable=True, rollback=True
            ),
            deployment_minimum_healthy_percent=service.minimum_healthy_percent,
            deployment_maximum_percent=service.maximum_percent,
            health_check_grace_period_seconds=service.health_check_grace_seconds,
            service_connect_configuration=namespace.of(CONTAINER) if namespace else None,
            enable_ecs_managed_tags=True,
            enable_execute_command=True if service.exec else None,
            propagate_tags="SERVICE",
            wait_for_steady_state=service.wait_for_steady_state,
            # Auto scaling changes it from its creation on.
            lifecycle=TerraformResourceLifecycle(ignore_changes=["desired_count"]),
            tags=self._names.tags(),
            # The service is stuck if its tasks lose their role while they drain.
            depends_on=policies,
        )

    def _scaling(self, service: EcsService) -> None:
        scaling = self._settings.service.scaling
        target = AppautoscalingTarget(
            self,
            "scaling_target",
            service_namespace="ecs",
            scalable_dimension="ecs:service:DesiredCount",
            resource_id=f"service/{self._inputs.cluster.cluster_name}/{service.name}",
            min_capacity=scaling.min,
            max_capacity=scaling.max,
            # A scheduled action changes both limits later.
            lifecycle=TerraformResourceLifecycle(ignore_changes=["min_capacity", "max_capacity"])
            if scaling.schedules
            else None,
            tags=self._names.tags(),
        )
        for tracking in scaling.target_tracking:
            self._target_tracking(target, tracking)
        for step in scaling.steps:
            self._step_scaling(target, step, service)
        for schedule in scaling.schedules:
            AppautoscalingScheduledAction(
                self,
                f"scheduled_action_{schedule.name}",
                name=schedule.name,
                service_namespace=target.service_namespace,
                resource_id=target.resource_id,
                scalable_dimension=target.scalable_dimension,
                schedule=schedule.schedule,
                timezone=schedule.timezone,
                scalable_target_action=AppautoscalingScheduledActionScalableTargetAction(
                    min_capacity=str(schedule.min), max_capacity=str(schedule.max)
                ),
            )

    def _target_tracking(self, target: AppautoscalingTarget, tracking: TargetTracking) -> None:
        edge = self._inputs.edge
        # AWS names the pair of load balancer and target group by both ends of their ARNs.
        label = (
            f"{edge.load_balancer_arn_suffix}/{edge.target_group_arn_suffix}"
            if tracking.metric == "requests_per_target"
            else None
        )
        metric = _PredefinedMetric(
            predefined_metric_type=PREDEFINED_METRICS[tracking.metric], resource_label=label
        )
        AppautoscalingPolicy(
            self,
            f"target_tracking_{tracking.metric}",
            name=self._names.name(tracking.metric.replace("_", "-"), 255),
            policy_type="TargetTrackingScaling",
            service_namespace=target.service_namespace,
            resource_id=target.resource_id,
            scalable_dimension=target.scalable_dimension,
            target_tracking_scaling_policy_configuration=AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration(
                predefined_metric_specification=metric,
                target_value=tracking.target,
                scale_out_cooldown=tracking.scale_out_cooldown_seconds,
                scale_in_cooldown=tracking.scale_in_cooldown_seconds,
            ),
        )

    def _step_scaling(
        self, target: AppautoscalingTarget, step: StepScaling, service: EcsService
    ) -> None:
        policy = AppautoscalingPolicy(
            self,
            f"step_scaling_{step.name}",
            name=self._names.name(step.name, 255),
            policy_type="StepScaling",
            service_namespace=target.service_namespace,
            resource_id=target.resource_id,
            scalable_dimension=target.scalable_dimension,
            step_scaling_policy_configuration=AppautoscalingPolicyStepScalingPolicyConfiguration(
                adjustment_type="ChangeInCapacity",
                cooldown=step.cooldown_seconds,
                metric_aggregation_type="Average",
                step_adjustment=[
                    AppautoscalingPolicyStepScalingPolicyConfigurationStepAdjustment(
                        metric_interval_lower_bound=_bound(adjustment.lower),
                        metric_interval_upper_bound=_bound(adjustment.upper),
                        scaling_adjustment=adjustment.change,
                    )
                    for adjustment in step.adjustments
                ],
            ),
        )
        CloudwatchMetricAlarm(
            self,
            f"step_scaling_alarm_{step.name}",
            alarm_name=self._names.name(step.name, 255),
            alarm_description=f"Scales {self._names.base} by steps",
            namespace="AWS/ECS",
            metric_name="CPUUtilization" if step.metric == "cpu" else "MemoryUtilization",
            dimensions={
                "ClusterName": self._inputs.cluster.cluster_name,
                "ServiceName": service.name,
            },
            statistic="Average",
            period=60,
            evaluation_periods=step.evaluation_periods,
            threshold=step.threshold,
            comparison_operator="GreaterThanOrEqualToThreshold"
            if step.when == "at_least"
            else "LessThanOrEqualToThreshold",
            alarm_actions=[policy.arn],
            tags=self._names.tags(step.name),
        )


def _places(secrets: dict[str, _Secret]) -> dict[str, str]:
    """Environment variable -> where ECS reads its value from."""
    return {variable: secret.value_from for variable, secret in secrets.items()}


def _bound(distance: float | None) -> str | None:
    # 15 digits, which a double always preserves: `:g` alone would round to six.
    return None if distance is None else f"{distance:.15g}"
