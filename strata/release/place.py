"""Where the service of an environment is: the names that ECS, ECR, Logs and SSM know it by.

All follow from the settings, so that no state and no Terraform is read; an environment that plain
`cdktf deploy` made has the same names.
"""

from dataclasses import dataclass

from strata.errors import UsageError
from strata.settings.models import Environment, Settings
from strata.settings.resource_names import (
    CONTAINER,
    image_parameter,
    image_parameters,
    repository_name,
    service_log_group,
    service_name,
    target_group,
)
from strata.settings.rules.finding import near


@dataclass(frozen=True)
class Place:
    """The service of an environment and what belongs to it, by name.

    `repository` is its name, and `registry` the host that images are pulled from.
    """

    environment: Environment
    cluster: str
    service: str
    family: str
    container: str
    log_group: str
    parameter: str
    parameters: str
    repository: str
    registry: str
    target_group: str
    prefix: str

    def image(self, reference: str) -> str:
        """The full reference of a tag, or of a digest (`sha256:...`)."""
        sign = "@" if reference.startswith("sha256:") else ":"
        return f"{self.registry}/{self.repository}{sign}{reference}"

    def log_stream(self, task_id: str) -> str:
        """Where a task's container writes (ECS guide, awslogs: prefix/container/task)."""
        return f"{self.prefix}/{self.container}/{task_id}"


def place(settings: Settings, service: str = "") -> Place:
    """The place of the service that these settings describe, or of one of `[services]` by name.

    Raises UsageError for a name that is not there.
    """
    if service and service not in settings.services:
        known = settings.services
        raise UsageError(
            f"--service {service}: there is no such service",
            near(service, known, f"one of {', '.join(known)}")
            if known
            else "leave --service away: the settings have no [services]",
        )
    routed = not service or settings.services[service].route
    environment = settings.environment
    whole = service_name(environment, service)
    return Place(
        environment=environment,
        cluster=service_name(environment),
        service=whole,
        family=whole,
        container=CONTAINER,
        log_group=service_log_group(environment),
        parameter=image_parameter(settings, service),
        parameters=image_parameters(environment, service),
        repository=repository_name(settings, service),
        registry=f"{environment.account_id}.dkr.ecr.{environment.region}.amazonaws.com",
        target_group=target_group(environment, service) if routed else "",
        prefix=service or CONTAINER,
    )


def service_option(service: str) -> list[str]:
    """`--service NAME`, for a command that is printed; `service` as for `place`."""
    return ["--service", service] if service else []


def take_over_command(environment: Environment, service: str = "") -> str:
    """The command that keeps what somebody released by other means than Strata; `service` as for
    `place`."""
    return environment.command("deploy", *service_option(service), "--take-over")


def places(settings: Settings) -> list[Place]:
    """The places of all services, that of `[service]` first."""
    return [place(settings, name) for name in ("", *settings.services)]
