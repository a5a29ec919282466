"""ECS: CreateService and UpdateService drop most of what a service on a capacity provider says.

An empty `networkConfiguration` in the answer makes the Terraform provider crash. A service that was
deleted is listed for good; AWS lists none that drains or is inactive (API, DeleteService).

DescribeCapacityProviders without names ends in an error of the server. A capacity provider that a
cluster has is deleted; on AWS it stays, as DELETE_FAILED (ekristen/aws-nuke PR 542, 2025-02-04).
"""

from typing import Any

from moto.ecs.models import EC2ContainerServiceBackend
from moto.ecs.responses import EC2ContainerServiceResponse as Response

delete_provider = EC2ContainerServiceBackend.delete_capacity_provider
describe_providers = EC2ContainerServiceBackend.describe_capacity_providers
list_services = EC2ContainerServiceBackend.list_services
create = Response.create_service
update = Response.update_service

FIELDS: dict[str, tuple[str, Any]] = {
    "availabilityZoneRebalancing": ("availability_zone_rebalancing", "DISABLED"),
    "capacityProviderStrategy": ("capacity_provider_strategy", []),
    "deploymentConfiguration": ("deployment_configuration", None),
    "enableECSManagedTags": ("enable_ecs_managed_tags", False),
    "enableExecuteCommand": ("enable_execute_command", False),
    "healthCheckGracePeriodSeconds": ("health_check_grace_period_seconds", 0),
    "loadBalancers": ("load_balancers", []),
    "placementConstraints": ("placement_constraints", []),
    "placementStrategy": ("placement_strategy", []),
    "serviceConnectConfiguration": ("connect", None),
}
"""Request field -> attribute of moto's service, and what AWS answers when it was not given."""


def _service(response: Any) -> Any:
    name = response._get_param("serviceName") or response._get_param("service")
    cluster = response._get_param("cluster", "default")
    return response.ecs_backend.describe_services(cluster, [name])[0][0]


def _keep(response: Any, service: Any, *, created: bool) -> None:
    for field, (attribute, default) in FIELDS.items():
        given = response._get_param(field)
        if given is not None or created:
            setattr(service, attribute, default if given is None else given)
    service.network_configuration = service.network_configuration or None
    if service.capacity_provider_strategy:
        service.launch_type = None
        for deployment in service.deployments:
            deployment["launchType"] = None
            deployment["capacityProviderStrategy"] = service.capacity_provider_strategy


def _list(self: Any, *args: Any, **kwargs: Any) -> list[str]:
    active = {one.arn for one in self.services.values() if one.status == "ACTIVE"}
    return [arn for arn in list_services(self, *args, **kwargs) if arn in active]


def _describe_providers(self: Any, names: Any = None) -> Any:
    if not names:
        return list(self.capacity_providers.values()), []
    return describe_providers(self, names)


def _delete_provider(self: Any, name_or_arn: str) -> Any:
    provider = self._get_provider(name_or_arn)
    attached = {
        one.split("/")[-1]
        for cluster in self.clusters.values()
        if cluster.status == "ACTIVE"
        for one in cluster.capacity_providers or ()
    }
    if provider is not None and provider.name in attached:
        provider.update_status = "DELETE_FAILED"
        provider.update_status_reason = (
            "The capacity provider cannot be deleted because it is associated with a cluster."
        )
        return provider
    return delete_provider(self, name_or_arn)


def _create(self: Any) -> Any:
    answer = create(self)
    _keep(self, _service(self), created=True)
    return answer


def _update(self: Any) -> Any:
    answer = update(self)
    _keep(self, _service(self), created=False)
    return answer


def fill() -> None:
    """Keep the fields of a service, list those that are there, and keep a cluster's provider."""
    EC2ContainerServiceBackend.delete_capacity_provider = _delete_provider
    EC2ContainerServiceBackend.describe_capacity_providers = _describe_providers
    EC2ContainerServiceBackend.list_services = _list
    Response.create_service = _create
    Response.update_service = _update
