"""Cluster layer: ECS cluster on EC2, its instances and their capacity provider."""

import base64
from dataclasses import dataclass

from cdktf import TerraformOutput, TerraformResourceLifecycle, TerraformStack
from cdktf_cdktf_provider_aws.autoscaling_group import (
    AutoscalingGroup,
    AutoscalingGroupInstanceMaintenancePolicy,
    AutoscalingGroupLaunchTemplate,
    AutoscalingGroupMixedInstancesPolicy,
    AutoscalingGroupMixedInstancesPolicyInstancesDistribution,
    AutoscalingGroupMixedInstancesPolicyLaunchTemplate,
    AutoscalingGroupMixedInstancesPolicyLaunchTemplateLaunchTemplateSpecification,
    AutoscalingGroupMixedInstancesPolicyLaunchTemplateOverride,
    AutoscalingGroupTag,
)
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.ecs_capacity_provider import (
    EcsCapacityProvider,
    EcsCapacityProviderAutoScalingGroupProvider,
    EcsCapacityProviderAutoScalingGroupProviderManagedScaling,
)
from cdktf_cdktf_provider_aws.ecs_cluster import (
    EcsCluster,
    EcsClusterConfiguration,
    EcsClusterConfigurationExecuteCommandConfiguration,
    EcsClusterConfigurationExecuteCommandConfigurationLogConfiguration,
    EcsClusterSetting,
)
from cdktf_cdktf_provider_aws.ecs_cluster_capacity_providers import (
    EcsClusterCapacityProviders,
    EcsClusterCapacityProvidersDefaultCapacityProviderStrategy,
)
from cdktf_cdktf_provider_aws.iam_instance_profile import IamInstanceProfile
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from cdktf_cdktf_provider_aws.launch_template import (
    LaunchTemplate,
    LaunchTemplateBlockDeviceMappings,
    LaunchTemplateBlockDeviceMappingsEbs,
    LaunchTemplateCreditSpecification,
    LaunchTemplateIamInstanceProfile,
    LaunchTemplateMetadataOptions,
    LaunchTemplateMonitoring,
    LaunchTemplateTagSpecifications,
)
from constructs import Construct

from modules import iam
from modules.naming import Names
from modules.network import NetworkOutputs
from strata.settings.figures import AGENT_MIB, UNLIMITED_BY_DEFAULT
from strata.settings.models import Cluster as ClusterSettings
from strata.settings.models import Settings, Spot
from strata.settings.resource_names import exec_log_group, insights_log

AMI_VARIANTS = {"x86_64": "", "arm64": "/arm64"}

ECS_TAG = "AmazonECSManaged"
"""The tag by which ECS knows the instances of its capacity providers (ECS Developer Guide,
capacity providers for EC2; provider 5.100.0, aws_ecs_capacity_provider)."""

DAY_SECONDS = 86400
"""Also the least that a group takes as the greatest age of its instances (EC2 Auto Scaling API
reference, CreateAutoScalingGroup)."""

MOST_HEALTHY_PERCENT = 200
"""The most that AWS takes: a group of one instance needs all of it to begin with the new one (EC2
Auto Scaling User Guide, instance maintenance policy)."""

MANAGED_POLICIES = {
    "ecs": "service-role/AmazonEC2ContainerServiceforEC2Role",
    "session_manager": "AmazonSSMManagedInstanceCore",
}


@dataclass(frozen=True)
class ClusterOutputs:
    """The cluster and the capacity provider that services run on."""

    cluster_name: str
    capacity_provider_name: str
    auto_scaling_group_name: str
    exec_log_group_arn: str | None
    """Of the sessions of ECS Exec; None where it is off."""


class Cluster(Construct):
    """The ECS cluster of one environment."""

    def __init__(self, scope: Construct, settings: Settings, network: NetworkOutputs) -> None:
        super().__init__(scope, "cluster")
        self._settings = settings
        self._names = Names(settings, "cluster")
        names = self._names
        cluster_name = names.name(limit=255)
        insights = settings.cluster.container_insights
        # Made before the cluster writes to it: AWS makes a missing one itself, which nothing deletes.
        logs = (
            CloudwatchLogGroup(
                self,
                "insights_log_group",
                name=insights_log(cluster_name),
                retention_in_days=settings.cluster.insights_log_retention_days,
                tags=names.tags("insights"),
            )
            if insights
            else None
        )
        sessions = self._exec_log_group()
        cluster = EcsCluster(
            self,
            "cluster",
            name=cluster_name,
            configuration=_exec_configuration(sessions) if sessions else None,
            setting=[
                EcsClusterSetting(
                    name="containerInsights",
                    value="enabled" if insights else "disabled",
                )
            ],
            tags=names.tags(),
            depends_on=[logs] if logs else None,
        )
        profile, policies = self._instance_profile()
        template = self._launch_template(cluster_name, network, profile)
        group = self._auto_scaling_group(cluster, network, template, policies)
        protection = settings.cluster.managed_termination_protection
        provider = EcsCapacityProvider(
            self,
            "capacity_provider",
            name=names.name("instances", 255),
            auto_scaling_group_provider=EcsCapacityProviderAutoScalingGroupProvider(
                auto_scaling_group_arn=group.arn,
                managed_draining="ENABLED",
                managed_termination_protection="ENABLED" if protection else "DISABLED",
                managed_scaling=EcsCapacityProviderAutoScalingGroupProviderManagedScaling(
                    status="ENABLED",
                    target_capacity=settings.cluster.target_capacity_percent,
                    minimum_scaling_step_size=1,
                    maximum_scaling_step_size=settings.cluster.max_size,
                    instance_warmup_period=120,
                ),
            ),
            tags=names.tags("instances"),
        )
        association = EcsClusterCapacityProviders(
            self,
            "capacity_providers",
            cluster_name=cluster.name,
            capacity_providers=[provider.name],
            default_capacity_provider_strategy=[
                EcsClusterCapacityProvidersDefaultCapacityProviderStrategy(
                    capacity_provider=provider.name, base=1, weight=100
                )
            ],
        )
        TerraformOutput(TerraformStack.of(self), "cluster_name", value=cluster.name)
        # The name of the association, so that a service is created after it and deleted before it.
        self.outputs = ClusterOutputs(
            association.cluster_name, provider.name, group.name, sessions.arn if sessions else None
        )

    def _exec_log_group(self) -> CloudwatchLogGroup | None:
        settings = self._settings
        if not settings.service.exec:
            return None
        return CloudwatchLogGroup(
            self,
            "exec_log_group",
            name=exec_log_group(settings.environment),
            retention_in_days=settings.service.log_retention_days,
            tags=self._names.tags("exec"),
        )

    def _instance_profile(self) -> tuple[IamInstanceProfile, list[IamRolePolicyAttachment]]:
        name = self._names.name("instance")
        role = IamRole(
            self,
            "instance_role",
            name=name,
            assume_role_policy=iam.trust("ec2.amazonaws.com"),
            tags=self._names.tags("instance"),
        )
        policies = [
            IamRolePolicyAttachment(
                self,
                f"instance_role_{key}",
                role=role.name,
                policy_arn=f"arn:aws:iam::aws:policy/{policy}",
            )
            for key, policy in MANAGED_POLICIES.items()
        ]
        profile = IamInstanceProfile(
            self,
            "instance_profile",
            name=name,
            role=role.name,
            tags=self._names.tags("instance"),
        )
        return profile, policies

    def _launch_template(
        self, cluster_name: str, network: NetworkOutputs, profile: IamInstanceProfile
    ) -> LaunchTemplate:
        names, cluster = self._names, self._settings.cluster
        spot = "ECS_ENABLE_SPOT_INSTANCE_DRAINING=true\n" if cluster.spot else ""
        user_data = (
            "#!/bin/sh\n"
            "cat <<'SETTINGS' >> /etc/ecs/ecs.config\n"
            f"ECS_CLUSTER={cluster_name}\n"
            f"ECS_RESERVED_MEMORY={AGENT_MIB}\n"
            # Tasks leave in the two minutes between the notice and the end of a Spot instance (ECS
            # Developer Guide, managed instance draining and Spot).
            f"{spot}"
            "SETTINGS\n"
        )
        return LaunchTemplate(
            self,
            "launch_template",
            name=names.name("instance", 128),
            # EC2 reads the parameter at each launch: a new AMI changes no plan and no instance.
            image_id=cluster.ami_id or f"resolve:ssm:{ami_parameter(cluster)}",
            instance_type=cluster.instance_type,
            # Surplus credits are billed, and a bill is no place to learn of a busy loop.
            credit_specification=LaunchTemplateCreditSpecification(cpu_credits="standard")
            if cluster.instance_type.partition(".")[0] in UNLIMITED_BY_DEFAULT
            else None,
            key_name=cluster.key_pair,
            iam_instance_profile=LaunchTemplateIamInstanceProfile(arn=profile.arn),
            vpc_security_group_ids=[network.instance_security_group_id],
            # With one hop IMDSv2 gives its session token to the instance and not to containers. IMDSv1
            # asks for no token: where it is allowed, containers get the instance's credentials.
            metadata_options=LaunchTemplateMetadataOptions(
                http_endpoint="enabled",
                http_tokens="required" if cluster.imdsv2_only else "optional",
                http_put_response_hop_limit=1,
            ),
            monitoring=LaunchTemplateMonitoring(enabled=True),
            block_device_mappings=[
                LaunchTemplateBlockDeviceMappings(
                    device_name="/dev/xvda",
                    ebs=LaunchTemplateBlockDeviceMappingsEbs(
                        volume_size=cluster.root_volume_gib,
                        volume_type="gp3",
                        encrypted=str(cluster.root_volume_encrypted).lower(),
                        delete_on_termination="true",
                    ),
                )
            ],
            user_data=base64.b64encode(user_data.encode()).decode(),
            update_default_version=True,
            tag_specifications=[
                LaunchTemplateTagSpecifications(resource_type=kind, tags=names.tags("instance"))
                for kind in ("instance", "volume")
            ],
            tags=names.tags("instance"),
        )

    def _auto_scaling_group(
        self,
        cluster: EcsCluster,
        network: NetworkOutputs,
        template: LaunchTemplate,
        policies: list[IamRolePolicyAttachment],
    ) -> AutoscalingGroup:
        settings = self._settings.cluster
        # ECS sets the last tag itself when the group gets a capacity provider, and gives it to no
        # instance that the group has already: with min_size above 0 there are some.
        tags = {**self._names.tags("instance"), ECS_TAG: "true"}
        return AutoscalingGroup(
            self,
            "auto_scaling_group",
            name=self._names.name("instances", 255),
            min_size=settings.min_size,
            max_size=settings.max_size,
            vpc_zone_identifier=list(network.instance_subnet_ids),
            health_check_type="EC2",
            launch_template=None
            if settings.spot
            else AutoscalingGroupLaunchTemplate(id=template.id, version="$Latest"),
            mixed_instances_policy=_mixed(settings, settings.spot, template)
            if settings.spot
            else None,
            protect_from_scale_in=settings.managed_termination_protection,
            # Without it, a group whose instances are protected from scale-in cannot be destroyed.
            force_delete=True,
            # The new instance first, so that the tasks of the old one have somewhere to go.
            max_instance_lifetime=settings.max_instance_age_days * DAY_SECONDS or None,
            instance_maintenance_policy=AutoscalingGroupInstanceMaintenancePolicy(
                min_healthy_percentage=100, max_healthy_percentage=MOST_HEALTHY_PERCENT
            ),
            tag=[
                # ECS counts only instances that carry its tag; the template gives them the others.
                AutoscalingGroupTag(key=key, value=value, propagate_at_launch=key == ECS_TAG)
                for key, value in tags.items()
            ],
            # Managed scaling changes it from the first task on.
            lifecycle=TerraformResourceLifecycle(ignore_changes=["desired_capacity"]),
            # Instances register with the cluster, and ECS deletes no cluster with instances.
            depends_on=[cluster, *policies],
        )


def _mixed(
    cluster: ClusterSettings, spot: Spot, template: LaunchTemplate
) -> AutoscalingGroupMixedInstancesPolicy:
    """On-demand instances first, then Spot ones of the pools that AWS takes least from."""
    return AutoscalingGroupMixedInstancesPolicy(
        instances_distribution=AutoscalingGroupMixedInstancesPolicyInstancesDistribution(
            on_demand_allocation_strategy="prioritized",
            on_demand_base_capacity=spot.on_demand_base,
            on_demand_percentage_above_base_capacity=100 - spot.percent,
            # By price alone, as is the default, instances are taken back far more often (EC2 Auto
            # Scaling User Guide, allocation strategies).
            spot_allocation_strategy="price-capacity-optimized",
        ),
        launch_template=AutoscalingGroupMixedInstancesPolicyLaunchTemplate(
            launch_template_specification=AutoscalingGroupMixedInstancesPolicyLaunchTemplateLaunchTemplateSpecification(
                launch_template_id=template.id, version="$Latest"
            ),
            override=[
                AutoscalingGroupMixedInstancesPolicyLaunchTemplateOverride(instance_type=name)
                for name in (cluster.instance_type, *spot.instance_types)
            ],
        ),
    )


def ami_parameter(cluster: ClusterSettings) -> str:
    """The public SSM parameter of the ECS-optimised AMI (ECS Developer Guide, retrieving AMI
    metadata)."""
    variant = f"{cluster.os}{AMI_VARIANTS[cluster.architecture]}"
    return f"/aws/service/ecs/optimized-ami/{variant}/recommended/image_id"


def _exec_configuration(sessions: CloudwatchLogGroup) -> EcsClusterConfiguration:
    """Has what is typed and shown in a session of ECS Exec logged."""
    return EcsClusterConfiguration(
        execute_command_configuration=EcsClusterConfigurationExecuteCommandConfiguration(
            logging="OVERRIDE",
            log_configuration=EcsClusterConfigurationExecuteCommandConfigurationLogConfiguration(
                cloud_watch_log_group_name=sessions.name
            ),
        )
    )
