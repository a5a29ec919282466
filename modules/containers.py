"""Container definitions of a task, as ECS takes them in JSON."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from strata.settings.figures import EXEC_FOLDER, EXEC_MIB, TMPFS_MIB
from strata.settings.models import Container, Service, Sidecar, Worker
from strata.settings.resource_names import CONTAINER

_PRIVATE_IMAGE = re.compile(
    r"(?P<account>[0-9]{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/(?P<name>[^@]+)@.*"
)


@dataclass(frozen=True)
class Logs:
    """The log group of all containers of a task."""

    group: str
    region: str


def definition(
    container: Service | Sidecar,
    *,
    name: str,
    image: str,
    ports: Sequence[Mapping[str, object]],
    environment: Mapping[str, str],
    secrets: Mapping[str, str],
    logs: Logs,
) -> dict[str, object]:
    """A container; `secrets` maps its variables to the places that ECS reads them from."""
    linux: dict[str, object] = {"initProcessEnabled": True}
    if container.readonly_root_filesystem:
        mounts = [{"containerPath": "/tmp", "size": TMPFS_MIB}]  # noqa: S108
        if isinstance(container, Service) and container.exec:
            mounts.append({"containerPath": EXEC_FOLDER, "size": EXEC_MIB})
        linux["tmpfs"] = mounts
    return {
        "name": name,
        "image": image,
        "essential": not isinstance(container, Sidecar) or container.essential,
        "cpu": container.cpu,
        "memory": container.memory_mib,
        "user": container.user,
        "privileged": False,
        "readonlyRootFilesystem": container.readonly_root_filesystem,
        "linuxParameters": linux,
        "portMappings": list(ports),
        # ECS returns both lists sorted: in any other order they would drift.
        "environment": [
            {"name": variable, "value": value} for variable, value in sorted(environment.items())
        ],
        "secrets": [
            {"name": variable, "valueFrom": secrets[variable]} for variable in sorted(secrets)
        ],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": logs.group,
                "awslogs-region": logs.region,
                "awslogs-stream-prefix": name,
            },
        },
        **_asked(container),
    }


def _asked(container: Container) -> dict[str, object]:
    """What only some containers have; a default of ECS is not written."""
    check = container.health_check
    asked: dict[str, object] = {
        "command": container.command,
        "entryPoint": container.entry_point,
        "healthCheck": check
        and {
            "command": check.command,
            "interval": check.interval_seconds,
            "timeout": check.timeout_seconds,
            "retries": check.retries,
            **({"startPeriod": check.start_period_seconds} if check.start_period_seconds else {}),
        },
        "stopTimeout": container.stop_timeout_seconds,
        "ulimits": [
            {"name": ulimit.name, "softLimit": ulimit.soft, "hardLimit": ulimit.hard}
            for ulimit in container.ulimits
        ],
        "environmentFiles": [{"type": "s3", "value": file} for file in container.environment_files],
        "dependsOn": [
            {"containerName": other, "condition": condition}
            for other, condition in sorted(container.depends_on.items())
        ],
        "links": container.links,
    }
    return {key: value for key, value in asked.items() if value}


def of_worker(
    of_service: Sequence[Mapping[str, object]],
    name: str,
    worker: Worker,
    image: str,
    ports: Sequence[Mapping[str, object]],
) -> list[Mapping[str, object]]:
    """The containers of a worker: those of the service, with the worker's own command, sizes and
    ports, and without a check of it. The first is the application's; its log streams begin with the
    worker's name."""
    application, *sidecars = of_service
    logs = cast("dict[str, Any]", application["logConfiguration"])
    sizes = {"cpu": worker.cpu, "memory": worker.memory_mib}
    own = {
        **application,
        "image": image,
        "command": worker.command,
        "portMappings": list(ports),
        "logConfiguration": {**logs, "options": {**logs["options"], "awslogs-stream-prefix": name}},
        **{key: size for key, size in sizes.items() if size is not None},
    }
    own.pop("healthCheck", None)
    if worker.repository:
        # The words of [service] are for another image.
        own.pop("entryPoint", None)
    if not worker.command:
        own.pop("command")
    return [own, *map(_beside_unchecked, sidecars)]


def _beside_unchecked(sidecar: Mapping[str, object]) -> Mapping[str, object]:
    """A sidecar that waits for the start of the application where nothing checks its health: ECS
    takes HEALTHY only of a container with a check (ECS API reference, ContainerDependency)."""
    waits = cast("list[dict[str, str]]", sidecar.get("dependsOn", []))
    unchecked = {"containerName": CONTAINER, "condition": "HEALTHY"}
    if unchecked not in waits:
        return sidecar
    started = [{**one, "condition": "START"} if one == unchecked else one for one in waits]
    return {**sidecar, "dependsOn": started}


def tcp(port: int, host_port: int = 0) -> dict[str, object]:
    """A mapping of a port to the instance's, by default to a dynamic one."""
    return {"containerPort": port, "hostPort": host_port, "protocol": "tcp"}


def environment_files(service: Service) -> list[str]:
    """The ARNs of the environment files of all containers, each once."""
    return list(
        dict.fromkeys(
            file for container in service.containers for file in container.environment_files
        )
    )


def private_repositories(service: Service) -> list[str]:
    """The ARNs of the ECR repositories that the images of sidecars are in, each once."""
    matches = (_PRIVATE_IMAGE.fullmatch(sidecar.image) for sidecar in service.sidecars)
    return list(
        dict.fromkeys(
            f"arn:aws:ecr:{match['region']}:{match['account']}:repository/{match['name']}"
            for match in matches
            if match
        )
    )
