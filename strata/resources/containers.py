"""Container definitions as ECS reads them: what a task definition says of each container.

Keys count in any case, since AWS's SDKs read JSON so. In a stack, what is known after the apply is
text with `${...}`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from strata.documents import Json
from strata.documents.stacks import is_on


@dataclass(frozen=True)
class PortMapping:
    """`host_port` is 0 for a dynamic one, None where it is not written, which is dynamic too."""

    container_port: int | None
    host_port: int | None


@dataclass(frozen=True)
class Container:
    """One container; numbers are None where they are not written. Sizes are in MiB.

    `secrets` has the variables whose values ECS fetches, each with what it is fetched from.
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
    added_capabilities: tuple[str, ...]
    dropped_capabilities: frozenset[str]
    devices: tuple[str, ...]
    security_options: tuple[str, ...]
    log_options: Json
    tmpfs: int
    shared_memory: int


def containers(found: object) -> list[Container]:
    """The containers in `container_definitions`, as JSON text or as it was read.

    Raises ValueError for what is no list of definitions.
    """
    read = json.loads(found) if isinstance(found, str) else found
    if not isinstance(read, list) or not all(isinstance(one, dict) for one in read):
        raise ValueError("it is no list of container definitions")
    return [_container(lower(one)) for one in read]


def lower(found: Json) -> Json:
    """An object with its keys in lower case; its values as they are."""
    return {str(key).lower(): value for key, value in found.items()}


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
            PortMapping(_number(one.get("containerport")), _number(one.get("hostport")))
            for one in _objects(body.get("portmappings"))
        ),
        environment=_named(body.get("environment"), "value"),
        secrets=_named(body.get("secrets"), "valuefrom"),
        added_capabilities=tuple(map(str, capabilities.get("add") or [])),
        dropped_capabilities=frozenset(map(str, capabilities.get("drop") or [])),
        devices=tuple(str(one.get("hostpath")) for one in _objects(linux.get("devices"))),
        security_options=tuple(map(str, body.get("dockersecurityoptions") or [])),
        log_options=lower(body.get("logconfiguration") or {}).get("options") or {},
        tmpfs=sum(_number(one.get("size")) or 0 for one in _objects(linux.get("tmpfs"))),
        shared_memory=_number(linux.get("sharedmemorysize")) or 0,
    )


def _named(found: object, key: str) -> dict[str, str]:
    return {str(one.get("name")): str(one.get(key) or "") for one in _objects(found)}


def _objects(found: object) -> Iterator[Json]:
    for one in found if isinstance(found, list) else []:
        if isinstance(one, dict):
            yield lower(one)


def _number(found: Any) -> int | None:
    try:
        return int(found)
    except (TypeError, ValueError):
        return None


def with_defaults(definitions: list[Json]) -> list[Json]:
    """Container definitions with what ECS takes where nothing is written.

    The provider compares them so (5.100.0, containerDefinitionsAreEquivalent): none of this makes a
    new revision.
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
