"""ECS Service Connect: services with a port are reached by name from all services.

The namespace and the configurations of the services: docs/add-a-worker.md, a service that others
call.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.ecs_service import (
    EcsService,
    EcsServiceServiceConnectConfiguration,
    EcsServiceServiceConnectConfigurationLogConfiguration,
    EcsServiceServiceConnectConfigurationService,
    EcsServiceServiceConnectConfigurationServiceClientAlias,
)
from cdktf_cdktf_provider_aws.service_discovery_http_namespace import ServiceDiscoveryHttpNamespace
from constructs import Construct

from modules.containers import Logs, tcp
from modules.naming import Names
from strata.settings.capacity import Task
from strata.settings.models import Settings, Worker
from strata.settings.resource_names import namespace


@dataclass(frozen=True)
class Connect:
    """The namespace that the services find each other in, and where their proxies log."""

    namespace_arn: str
    logs: Logs

    def of(self, name: str, worker: Worker | None = None) -> EcsServiceServiceConnectConfiguration:
        """The configuration of a service, whose log streams begin with `service-connect/NAME`.

        Every service is a client; one with a port is a server too, under its own name.
        """
        server = worker and worker.port and (worker.port, name)
        return EcsServiceServiceConnectConfiguration(
            enabled=True,
            namespace=self.namespace_arn,
            log_configuration=EcsServiceServiceConnectConfigurationLogConfiguration(
                log_driver="awslogs",
                options={
                    "awslogs-group": self.logs.group,
                    "awslogs-region": self.logs.region,
                    "awslogs-stream-prefix": f"service-connect/{name}",
                },
            ),
            service=[_server(*server)] if server else None,
        )


def _server(port: int, name: str) -> EcsServiceServiceConnectConfigurationService:
    return EcsServiceServiceConnectConfigurationService(
        port_name=name,
        discovery_name=name,
        client_alias=EcsServiceServiceConnectConfigurationServiceClientAlias(
            dns_name=name, port=port
        ),
    )


def connect(scope: Construct, names: Names, logs: Logs) -> Connect | None:
    """Add the namespace to the service layer; None where no service has a port."""
    settings = names.settings
    if not settings.connected:
        return None
    found = ServiceDiscoveryHttpNamespace(
        scope,
        "namespace",
        name=namespace(settings.environment),
        description=f"Services of {names.base} by name, for ECS Service Connect",
        tags=names.tags(),
    )
    return Connect(found.arn, logs)


def mapping(name: str, worker: Worker) -> list[Mapping[str, object]]:
    """The port of a server as its container maps it: by name, and on the instance a dynamic one.

    On a bridge the proxy listens on a dynamic port of the instance (ECS API reference,
    ServiceConnectService, ingressPortOverride).
    """
    if worker.port is None:
        return []
    # TCP is what ECS takes where nothing is said (API reference, PortMapping, appProtocol).
    protocol = {} if worker.protocol == "tcp" else {"appProtocol": worker.protocol}
    return [{"name": name, **tcp(worker.port), **protocol}]


def order(settings: Settings, service: EcsService, more: Mapping[str, EcsService]) -> None:
    """Have services start after those that they call.

    A task resolves only the names that were there before it started (ECS Developer Guide, Service
    Connect, deployment order). A service with a port waits for those with one before it in the
    settings, all others for every one.
    """
    servers: list[str] = []
    for name, worker in settings.services.items():
        if worker.port:
            _after(more[name], servers)
            servers.append(_address(more[name]))
    for name, worker in settings.services.items():
        if not worker.port:
            _after(more[name], servers)
    _after(service, servers)


def _address(service: EcsService) -> str:
    """The address of a service. Its `fqn` is a token, which CDKTF resolves in `depends_on` to an
    expression, where Terraform takes none."""
    return f"{service.terraform_resource_type}.{service.friendly_unique_id}"


def _after(service: EcsService, servers: Sequence[str]) -> None:
    if servers:
        service.depends_on = [*(service.depends_on or ()), *servers]


@dataclass(frozen=True)
class Sizes:
    """CPU units and MiB of a whole task, as ECS takes them; None where its containers say them."""

    cpu: str | None = None
    memory: str | None = None


def sizes(task: Task) -> Sizes:
    """The sizes of a task with a proxy, which lives on what its containers leave of them.

    ECS demands the memory, and more than the containers' together; the CPU is then reserved too,
    and the most that the task gets (ECS Developer Guide, Service Connect, considerations).
    """
    return Sizes(str(task.reserved_cpu), str(task.reserved_mib)) if task.proxy_mib else Sizes()
