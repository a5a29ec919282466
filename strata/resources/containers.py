"""Container definitions as ECS reads them.

Keys may be in any case, since AWS's SDKs read JSON that way. In a stack, values that are known
after the apply are text with `${...}`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from strata.documents import Json
from strata.documents.stacks import is_on


@dataclass(frozen=True)
class PortMapping:
    """`host_port` is 0 for a dynamic port, None where it is not written, which is dynamic too."""

    container_port: int | None
    host_port: int | None


@dataclass(frozen=True)
class Container:
    """One container; numbers are None where they are not written. Sizes are in MiB.

    `secrets` maps the variables whose values ECS fetches to the place it fetches them from;
    `environment_files` are where it fetches further variables.
    """

    name: str
    image: str
    user: str
    cpu: int | None
    memory: int | None
    privileged: bool
    read_only_root: bool
    ports: tuple[PortMapping, ...]
    environment: Mapping[str, str]
    secrets: Mapping[str, str]
    environment_files: tuple[str, ...]
    added_capabilities: tuple[str, ...]
    dropped_capabilities: frozenset[str]
    devices: tuple[str, ...]
    security_options: tuple[str, ...]
    log_options: Json
    tmpfs: int
    shared_memory: int


def containers(definitions: object) -> list[Container]:
    """The containers in `container_definitions`, as JSON text or as it was read.

    Raises ValueError if it is not a list of definitions.
    """
    return [_container(definition) for definition in lowered(definitions)]


def lowered(definitions: object) -> list[Json]:
    """The objects in `container_definitions` with their keys in lower case, as `containers` reads
    them; raises ValueError as it does."""
    parsed = json.loads(definitions) if isinstance(definitions, str) else definitions
    if not isinstance(parsed, list) or not all(
        isinstance(definition, dict) for definition in parsed
    ):
        raise ValueError("it is no list of container definitions")
    return [lower(definition) for definition in parsed]


def lower(body: Json) -> Json:
    """An object with its keys in lower case; its values as they are."""
    return {str(key).lower(): value for key, value in body.items()}


def _container(body: Json) -> Container:
    linux = lower(body.get("linuxparameters") or {})
    capabilities = lower(linux.get("capabilities") or {})
    return Container(
        name=str(body.get("name") or ""),
        image=str(body.get("image") or ""),
        user=str(body.get("user") or ""),
        cpu=_number(body.get("cpu")),
        memory=_number(body.get("memory")),
        privileged=is_on(body.get("privileged")),
        read_only_root=is_on(body.get("readonlyrootfilesystem")),
        ports=tuple(
            PortMapping(_number(block.get("containerport")), _number(block.get("hostport")))
            for block in _objects(body.get("portmappings"))
        ),
        environment=_by_name(body.get("environment"), "value"),
        secrets=_by_name(body.get("secrets"), "valuefrom"),
        environment_files=tuple(
            str(file.get("value")) for file in _objects(body.get("environmentfiles"))
        ),
        added_capabilities=tuple(map(str, capabilities.get("add") or [])),
        dropped_capabilities=frozenset(map(str, capabilities.get("drop") or [])),
        devices=tuple(str(block.get("hostpath")) for block in _objects(linux.get("devices"))),
        security_options=tuple(map(str, body.get("dockersecurityoptions") or [])),
        log_options=lower(body.get("logconfiguration") or {}).get("options") or {},
        tmpfs=sum(_number(block.get("size")) or 0 for block in _objects(linux.get("tmpfs"))),
        shared_memory=_number(linux.get("sharedmemorysize")) or 0,
    )


def _by_name(value: object, key: str) -> dict[str, str]:
    return {str(entry.get("name")): str(entry.get(key) or "") for entry in _objects(value)}


def _objects(value: object) -> Iterator[Json]:
    for item in value if isinstance(value, list) else []:
        if isinstance(item, dict):
            yield lower(item)


def _number(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def with_defaults(definitions: list[Json]) -> list[Json]:
    """Container definitions with the defaults of ECS.

    The provider compares them like this (5.100.0, containerDefinitionsAreEquivalent): writing a
    default makes no new revision.
    """
    return [
        {
            "essential": True,
            "cpu": 0,
            **{key: value for key, value in container.items() if value is not None},
            "portMappings": [
                {"hostPort": 0, "protocol": "tcp"}
                | {key: value for key, value in port.items() if value is not None}
                for port in container.get("portMappings") or []
                if isinstance(port, dict)
            ],
        }
        for container in definitions
    ]
