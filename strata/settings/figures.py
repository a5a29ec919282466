"""AWS's offerings and limits. Each figure names its source."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

AGENT_MIB = 32
"""Memory that we tell the ECS agent to withhold from tasks (`ECS_RESERVED_MEMORY`), MiB."""

SYSTEM_MIB = 64
SYSTEM_SHARE = 0.05
"""Memory that the kernel keeps: 64 MiB and 5 %.

AWS publishes no formula, and says that an instance registers with less than it has (ECS Developer
Guide, container instance memory management, where 8192 MiB register as 7985). This figure is meant
to be on the safe side of that.
"""

TMPFS_MIB = 64
"""Size of `/tmp`, the only writable folder of a container with a read-only root file system, MiB.

It takes memory of the instance in addition to the container's own limit, and ECS counts it when it
places a task (amazon-ecs-agent, proposals/shmsize-tmpfs.md).
"""

EXEC_FOLDER = "/var/lib/amazon/ssm"
EXEC_MIB = 16
"""Where the agent of ECS Exec keeps its state, and the size of a mount there for containers with a
read-only root file system, MiB. Its programs and its log are mounted by the ECS agent itself
(amazon-ecs-agent, execcmd InitializeContainer; aws/containers-roadmap #1359)."""

CPU_UNITS = 1024
"""CPU units of one vCPU (ECS Developer Guide, task definition parameters)."""

AGENT_PORTS = frozenset({22, 2375, 2376, 51678, 51679, 51680})
"""Host ports of SSH, Docker and the agent (ECS API reference, PortMapping)."""

UNLIMITED_BY_DEFAULT = frozenset({"t3", "t3a", "t4g"})
"""Families whose instances go on at full speed without CPU credits, at a price of each vCPU hour,
unless they are told otherwise; T2 is not among them (EC2 User Guide, unlimited mode)."""

PLATFORMS = {"x86_64": "linux/amd64", "arm64": "linux/arm64"}
"""Architecture of instances -> the same as image builders write it (OCI image index, platform)."""

IMAGE_TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
"""Tags of images (OCI Distribution Specification 1.1, pulling manifests)."""


@dataclass(frozen=True)
class InstanceType:
    """An EC2 instance type: vCPUs, memory in MiB, architecture."""

    vcpus: int
    memory_mib: int
    architecture: str


@cache
def instance_types() -> dict[str, InstanceType]:
    """Every EC2 type but the Macs (EC2 API, DescribeInstanceTypes, as moto 5.2 recorded it)."""
    file = Path(__file__).with_name("ec2_instance_types.json")
    return {name: InstanceType(*row) for name, row in json.loads(file.read_text()).items()}


@dataclass(frozen=True)
class Offerings:
    """What AWS offers: regions, versions, and for each type the regions that have it."""

    regions: frozenset[str]
    redis_versions: tuple[str, ...]
    mysql_versions: tuple[str, ...]
    instance_types: Mapping[str, frozenset[str]]
    database_classes: Mapping[str, frozenset[str]]
    cache_node_types: Mapping[str, frozenset[str]]


@cache
def offerings() -> Offerings:
    """Regions of the `aws` partition, and what they have.

    `offerings.json` says where it is from and when it was read; `make regions` renews it. It has
    RDS classes for MySQL, MySQL versions with the patch, no Macs.
    """
    document = json.loads(Path(__file__).with_name("offerings.json").read_text())
    regions = frozenset(document["regions"])

    def where(key: str) -> dict[str, frozenset[str]]:
        by_name: dict[str, frozenset[str]] = {}
        for group in document[key]:
            if "in" in group:
                offered = frozenset(group["in"].split())
            else:
                offered = regions - set(group["except"].split())
            by_name.update(dict.fromkeys(group["names"].split(), offered))
        return by_name

    return Offerings(
        regions,
        tuple(document["redis_versions"]),
        tuple(document["mysql_versions"]),
        where("instance_types"),
        where("database_classes"),
        where("cache_node_types"),
    )


OLD_REDIS_VERSIONS = ("3.2.4", "3.2.6", "3.2.10", "5.0.0", "5.0.3", "5.0.4", "5.0.5")
"""Versions that ElastiCache had once (ElastiCache User Guide, supported engines and versions)."""

ROTATABLE_AUTH = (5, 0, 6)
"""First Redis version whose token can be set on a running group, which is how we set it
(ElastiCache User Guide, modifying the AUTH token)."""

HOST_PORTS = (32768, 61000)
"""Host ports that ECS gives tasks on a bridge. The agent reads the instance's ip_local_port_range,
which the VPC User Guide puts at 32768-61000 for Amazon Linux (ECS API reference, PortMapping,
hostPort), unless ECS_DYNAMIC_HOST_PORT_RANGE says otherwise (ECS agent, README)."""
