"""Where the service of an environment is: the names that ECS, ECR, Logs and SSM know it by.

All follow from the settings, so that no state and no Terraform is read; an environment that plain
`cdktf deploy` made has the same names.
"""

from dataclasses import dataclass

from strata.settings.models import Settings
from strata.settings.resource_names import (
    CONTAINER,
    base,
    image_parameter,
    image_parameters,
    repository_name,
    service_log_group,
    shorten,
)


@dataclass(frozen=True)
class Place:
    """The service of an environment and what belongs to it, by name.

    `repository` is its name, and `registry` the host that images are pulled from.
    """

    environment: str
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

    def image(self, reference: str) -> str:
        """The full reference of a tag, or of a digest (`sha256:...`)."""
        sign = "@" if reference.startswith("sha256:") else ":"
        return f"{self.registry}/{self.repository}{sign}{reference}"

    def log_stream(self, task_id: str) -> str:
        """Where a task's container writes (ECS guide, awslogs: prefix/container/task)."""
        return f"{CONTAINER}/{self.container}/{task_id}"


def place(settings: Settings) -> Place:
    """The place of the service that these settings describe."""
    environment = settings.environment
    whole = shorten(base(environment), 255)
    return Place(
        environment=environment.name,
        cluster=whole,
        service=whole,
        family=whole,
        container=CONTAINER,
        log_group=service_log_group(environment),
        parameter=image_parameter(settings),
        parameters=image_parameters(environment),
        repository=repository_name(settings),
        registry=f"{environment.account_id}.dkr.ecr.{environment.region}.amazonaws.com",
        target_group=shorten(f"{base(environment)}-tasks", 32),
    )
