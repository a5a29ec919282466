"""What Amazon ECS refuses."""

import re
from collections.abc import Iterator
from typing import Any

from emulator.calls import Call
from emulator.ecs.control import CONTROL
from emulator.refusals.table import Table

TABLE = Table("ecs")
RESERVED = ("aws", "ecs", "fargate")
OWN_PROVIDERS = ("FARGATE", "FARGATE_SPOT")


def _clusters(call: Call) -> Iterator[Any]:
    clusters = call.backend("ecs").clusters.values()
    return (one for one in clusters if one.status == "ACTIVE")


def _cluster(call: Call) -> Any | None:
    wanted = call.get("cluster", "default").split("/")[-1]
    return next((one for one in _clusters(call) if one.name == wanted), None)


def _services(call: Call, cluster: str) -> list[Any]:
    services = call.backend("ecs").services.values()
    return [one for one in services if one.cluster_name == cluster and one.status == "ACTIVE"]


def _named(strategy: Any) -> set[str]:
    return {one["capacityProvider"].split("/")[-1] for one in strategy or ()}


def _group(call: Call) -> Any | None:
    provider = call.get("autoScalingGroupProvider", {})
    arn = provider.get("autoScalingGroupArn", "")
    groups = call.backend("autoscaling").autoscaling_groups.values()
    return next((one for one in groups if arn in (one.arn, one.name)), None)


def _task_definition(call: Call) -> Any | None:
    """The task definition that a call names by family, revision or ARN."""
    family, _, revision = call.get("taskDefinition", "").split("/")[-1].partition(":")
    revisions = call.backend("ecs").task_definitions.get(family, {})
    if revision:
        return revisions.get(int(revision)) if revision.isdecimal() else None
    active = [one for number, one in sorted(revisions.items()) if one.status == "ACTIVE"]
    return active[-1] if active else None


@TABLE.row(
    "CreateCapacityProvider",
    code="ClientException",
    source="aws/aws-cdk PR 36584, 2026-01-05; botocore 1.44.5, CreateCapacityProvider name",
)
def reserved_capacity_provider_name(call: Call) -> str | None:
    name = call.get("name", "")
    if name.lower().startswith(RESERVED) or not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", name):
        return (
            "The specified capacity provider name is invalid. Up to 255 characters are allowed, "
            "including letters (upper and lowercase), numbers, underscores, and hyphens. The name "
            'cannot be prefixed with "aws", "ecs", or "fargate". Specify a valid name and try again.'
        )
    return None


@TABLE.row(
    "CreateCapacityProvider",
    code="ClientException",
    source="terraform-aws-modules/terraform-aws-ecs issue 26; "
    "hashicorp/terraform-provider-aws issue 19977, read 2026-11-28",
)
def capacity_provider_without_service_linked_role(call: Call) -> str | None:
    if "AWSServiceRoleForECS" not in {one.name for one in call.backend("iam").roles.values()}:
        return (
            "ECS Service Linked Role does not exist. "
            "Please create a Service linked role for ECS and try again."
        )
    return None


@TABLE.row(
    "CreateCapacityProvider",
    code="ClientException",
    source="ECS API Reference, CreateCapacityProvider, 2026-11: words believed",
)
def capacity_provider_of_unknown_group(call: Call) -> str | None:
    if call.get("autoScalingGroupProvider") and _group(call) is None:
        return (
            "The specified Auto Scaling group ARN is not valid or the Auto Scaling group does not "
            "exist. Specify a valid Auto Scaling group ARN and try again."
        )
    return None


@TABLE.row(
    "CreateCapacityProvider",
    code="ClientException",
    source="hashicorp/terraform-provider-aws issue 11338, 2019-12-18",
)
def termination_protection_of_unprotected_group(call: Call) -> str | None:
    protection = call.get("autoScalingGroupProvider", {}).get("managedTerminationProtection")
    group = _group(call)
    if protection == "ENABLED" and group and not group.new_instances_protected_from_scale_in:
        return (
            "The managed termination protection setting for the capacity provider is invalid. To "
            "enable managed termination protection for a capacity provider, the Auto Scaling group "
            "must have instance protection from scale in enabled."
        )
    return None


@TABLE.row(
    "CreateCapacityProvider",
    code="ClientException",
    source="aws/containers-roadmap issue 632, 2019-12-06",
)
def group_of_another_capacity_provider(call: Call) -> str | None:
    group = _group(call)
    providers = call.backend("ecs").capacity_providers.values()
    taken = {
        (one.auto_scaling_group_provider or {}).get("autoScalingGroupArn") for one in providers
    }
    if group and group.arn in taken:
        return (
            "The specified Auto Scaling group ARN is already being used by another capacity "
            "provider. Specify a unique Auto Scaling group ARN and try again."
        )
    return None


@TABLE.row(
    "PutClusterCapacityProviders",
    code="InvalidParameterException",
    source="terraform-aws-modules/terraform-aws-ecs issue 53, 2022-02-09",
)
def unknown_capacity_provider_of_cluster(call: Call) -> str | None:
    known = {*OWN_PROVIDERS, *call.backend("ecs").capacity_providers}
    given = {one.split("/")[-1] for one in call.get("capacityProviders", ())}
    if given - known:
        return (
            "The specified capacity provider was not found. Specify a valid capacity provider and "
            "try again."
        )
    return None


@TABLE.row(
    "PutClusterCapacityProviders",
    code="ResourceInUseException",
    source="pahud/cdk-fargate-patterns issue 71, 2021-07-16",
)
def capacity_provider_of_a_service(call: Call) -> str | None:
    cluster = _cluster(call)
    kept = {one.split("/")[-1] for one in call.get("capacityProviders", ())}
    for service in _services(call, cluster.name) if cluster else ():
        if _named(getattr(service, "capacity_provider_strategy", None)) - kept:
            return "The specified capacity provider is in use and cannot be removed."
    return None


@TABLE.row(
    "DeleteCluster",
    code="ClusterContainsServicesException",
    source="botocore 1.44.5, ClusterContainsServicesException; ECS API Reference, DeleteCluster",
)
def cluster_with_services(call: Call) -> str | None:
    cluster = _cluster(call)
    if cluster and _services(call, cluster.name):
        return "The Cluster cannot be deleted while Services are active."
    return None


@TABLE.row(
    "DeleteCluster",
    code="ClusterContainsContainerInstancesException",
    source="botocore 1.44.5, ClusterContainsContainerInstancesException; "
    "hashicorp/terraform-provider-aws issue 4852",
)
def cluster_with_instances(call: Call) -> str | None:
    cluster = _cluster(call)
    world = CONTROL.worlds.get((call.account, call.region))
    if cluster and world and world.of_cluster(cluster.name):
        return "The Cluster cannot be deleted while Container Instances are active or draining."
    return None


@TABLE.row(
    "DeleteCluster",
    code="ClusterContainsTasksException",
    source="botocore 1.44.5, ClusterContainsTasksException: words as of its kin",
)
def cluster_with_tasks(call: Call) -> str | None:
    cluster = _cluster(call)
    world = CONTROL.worlds.get((call.account, call.region))
    tasks = world.tasks.values() if cluster and world else ()
    if any(one.cluster == cluster.name and one.status != "STOPPED" for one in tasks if cluster):
        return "The Cluster cannot be deleted while Tasks are active."
    return None


@TABLE.row(
    "CreateService",
    "RunTask",
    code="ClusterNotFoundException",
    source="ECS API Reference, ClusterNotFoundException; DeleteCluster, 2026-11",
)
def inactive_cluster(call: Call) -> str | None:
    if _cluster(call) is None:
        return "Cluster not found."
    return None


@TABLE.row(
    "CreateService",
    code="InvalidParameterException",
    source="ECS API Reference, CreateService, 2026-11; hashicorp/terraform-provider-aws issue 7815",
)
def service_of_that_name(call: Call) -> str | None:
    cluster = _cluster(call)
    names = {one.name for one in _services(call, cluster.name)} if cluster else set()
    return "Creation of service was not idempotent." if call.get("serviceName") in names else None


@TABLE.row(
    "CreateService",
    "UpdateService",
    "RunTask",
    code="ClientException",
    source="ECS Developer Guide, deregister-task-definition-v2, 2026-11",
)
def inactive_task_definition(call: Call) -> str | None:
    found = _task_definition(call) if call.get("taskDefinition") else None
    return "TaskDefinition is inactive" if found and found.status != "ACTIVE" else None


@TABLE.row(
    "CreateService",
    "RunTask",
    code="InvalidParameterException",
    source="dask/dask-cloudprovider issue 328, 2021-12-20",
)
def capacity_provider_that_the_cluster_has_not(call: Call) -> str | None:
    cluster = _cluster(call)
    named = _named(call.get("capacityProviderStrategy"))
    given = cluster.capacity_providers if cluster else ()
    attached = {one.split("/")[-1] for one in given or ()}
    if cluster and named - attached:
        return (
            "The specified capacity provider strategy cannot contain a capacity provider that is "
            "not associated with the cluster. Associate the capacity provider with the cluster or "
            "specify a valid capacity provider and try again."
        )
    return None


@TABLE.row(
    "CreateService",
    "RunTask",
    code="InvalidParameterException",
    source="ECS API Reference, CreateService launchType, 2026-11",
)
def launch_type_beside_a_strategy(call: Call) -> str | None:
    if call.get("launchType") and call.get("capacityProviderStrategy"):
        return (
            "Specifying both a launch type and capacity provider strategy is not supported. "
            "Remove one and try again."
        )
    return None


@TABLE.row(
    "CreateService",
    "UpdateService",
    code="InvalidParameterException",
    source="TeliaSoneraNorge/divx-terraform-modules issue 28, 2017-10-09; "
    "Shippable/support issue 4698, 2019-01-09",
)
def unknown_target_group(call: Call) -> str | None:
    known = call.backend("elbv2").target_groups
    for one in call.get("loadBalancers", ()):
        if one.get("targetGroupArn") and one["targetGroupArn"] not in known:
            return (
                "Unable to assume role and validate the specified targetGroupArn. Please verify "
                "that the ECS service role being passed has the proper permissions."
            )
    return None


@TABLE.row(
    "CreateService",
    "UpdateService",
    code="InvalidParameterException",
    source="cloudposse/terraform-aws-ecs-web-app issue 226, 2023-03-29",
)
def target_group_of_no_load_balancer(call: Call) -> str | None:
    balancing = call.backend("elbv2")
    for one in call.get("loadBalancers", ()):
        arn = one.get("targetGroupArn")
        if arn in balancing.target_groups and not balancing._any_listener_using(arn):
            return f"The target group with targetGroupArn {arn} does not have an associated load balancer."
    return None


@TABLE.row(
    "CreateService",
    "UpdateService",
    code="InvalidParameterException",
    source="aws/amazon-ecs-agent issue 1276, 2018-03-05",
)
def unknown_container(call: Call) -> str | None:
    task = _task_definition(call)
    names = {one["name"] for one in task.container_definitions} if task else set()
    for one in call.get("loadBalancers", ()):
        if task and one.get("containerName") not in names:
            return (
                f"The container {one.get('containerName')} does not exist in the task definition."
            )
    return None


@TABLE.row(
    "CreateService",
    "UpdateService",
    code="InvalidParameterException",
    source="ECS Developer Guide, Service definition parameters, containerPort, 2026-11: words believed",
)
def port_that_the_container_has_not(call: Call) -> str | None:
    task = _task_definition(call)
    for one in call.get("loadBalancers", ()):
        name, port = one.get("containerName"), one.get("containerPort")
        for container in task.container_definitions if task else ():
            ports = {mapping.get("containerPort") for mapping in container.get("portMappings", ())}
            if container["name"] == name and port not in ports:
                return f"The container {name} did not have a container port {port} defined."
    return None


@TABLE.row(
    "CreateService",
    code="InvalidParameterException",
    source="ECS API Reference, CreateService healthCheckGracePeriodSeconds, 2026-11",
)
def grace_period_without_load_balancer(call: Call) -> str | None:
    if call.get("healthCheckGracePeriodSeconds") and not call.get("loadBalancers"):
        return (
            "Health check grace period is only valid for services configured to use load balancers"
        )
    return None


@TABLE.row(
    "UpdateService",
    code="ServiceNotActiveException",
    source="botocore 1.44.5, ServiceNotActiveException",
)
def inactive_service(call: Call) -> str | None:
    name = call.get("service", "").split("/")[-1]
    cluster = call.get("cluster", "default").split("/")[-1]
    found = call.backend("ecs").services.get(f"{cluster}:{name}")
    return "Service was not ACTIVE." if found and found.status != "ACTIVE" else None


@TABLE.row(
    "RegisterTaskDefinition",
    code="ClientException",
    source="bradford-hamilton/terraform-ecs-fargate issue 8, 2019-07-12: of a role of one's own "
    "account believed",
)
def role_that_does_not_exist(call: Call) -> str | None:
    known = {one.arn for one in call.backend("iam").roles.values()}
    given = (call.get("taskRoleArn"), call.get("executionRoleArn"))
    return "Role is not valid" if any(one and one not in known for one in given) else None


def _connected(call: Call) -> dict[str, Any]:
    """The Service Connect that a call asks for; empty where it is off."""
    found = call.get("serviceConnectConfiguration") or {}
    return found if found.get("enabled") else {}


def _definition_of(call: Call) -> Any | None:
    """The task definition that a service gets by a call, or has."""
    if call.get("taskDefinition"):
        return _task_definition(call)
    cluster = call.get("cluster", "default").split("/")[-1]
    name = call.get("service", "").split("/")[-1]
    service = next((one for one in _services(call, cluster) if one.name == name), None)
    if service is None or not service.task_definition:
        return None
    return call.backend("ecs").describe_task_definition(service.task_definition)


@TABLE.row(
    "CreateService",
    "UpdateService",
    code="NamespaceNotFoundException",
    source="ECS API Reference, CreateService, errors, 2026-11: words believed",
)
def unknown_namespace(call: Call) -> str | None:
    given = _connected(call).get("namespace")
    known = call.backend("servicediscovery").namespaces.values()
    if given and not any(given in (one.arn, one.name) for one in known):
        return f"The specified namespace {given} was not found."
    return None


@TABLE.row(
    "CreateService",
    "UpdateService",
    code="InvalidParameterException",
    source="ECS Developer Guide, Service Connect, considerations: the task's memory, 2026-11: "
    "words believed",
)
def connected_task_without_memory(call: Call) -> str | None:
    task = _definition_of(call) if _connected(call) else None
    if task and not task.memory:
        return "Service Connect needs the memory limit of the task in the task definition."
    return None


@TABLE.row(
    "CreateService",
    "UpdateService",
    code="InvalidParameterException",
    source="ECS API Reference, ServiceConnectService, portName, 2026-11: words believed",
)
def port_name_that_the_task_has_not(call: Call) -> str | None:
    servers = _connected(call).get("services") or ()
    task = _definition_of(call) if servers else None
    names = {
        mapping.get("name")
        for container in (task.container_definitions if task else ())
        for mapping in container.get("portMappings", ())
    }
    for server in servers:
        if task and server.get("portName") not in names:
            return f"The port name {server.get('portName')} is not in the task definition."
    return None


@TABLE.row(
    "CreateService",
    "UpdateService",
    code="InvalidParameterException",
    source="ECS API Reference, ServiceConnectService, discoveryName: unique in the namespace, "
    "2026-11: words believed",
)
def discovery_name_of_another_service(call: Call) -> str | None:
    given = _connected(call)
    own = call.get("serviceName") or call.get("service", "").split("/")[-1]
    for one in call.backend("ecs").services.values():
        other = getattr(one, "connect", None) or {}
        if one.name == own or one.status != "ACTIVE" or not other.get("enabled"):
            continue
        if other.get("namespace") != given.get("namespace"):
            continue
        if twice := _discovered(given) & _discovered(other):
            return f"The discovery name {min(twice)} is in use in the namespace."
    return None


def _discovered(connect: dict[str, Any]) -> set[str]:
    servers = connect.get("services") or ()
    return {str(one.get("discoveryName") or one.get("portName")) for one in servers}
