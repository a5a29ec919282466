"""What AWS has and where its limits are. Each figure names its source."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REGIONS = frozenset({
    "af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
    "ap-south-1", "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3",
    "ap-southeast-4", "ap-southeast-5", "ap-southeast-7", "ca-central-1", "ca-west-1",
    "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1",
    "eu-west-2", "eu-west-3", "il-central-1", "me-central-1", "me-south-1", "mx-central-1",
    "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
})  # fmt: skip
"""Regions of the `aws` partition (AWS General Reference, service endpoints)."""

AGENT_MIB = 32
"""Memory that we tell the ECS agent to withhold from tasks (`ECS_RESERVED_MEMORY`), MiB."""

SYSTEM_MIB = 64
SYSTEM_SHARE = 0.05
"""Memory that the kernel keeps: 64 MiB and 5 %.

AWS publishes no formula, and says that an instance registers with less than it has (ECS Developer
Guide, container instance memory management, where 8192 MiB register as 7985). Ours is meant to be
on the safe side of that.
"""

TMPFS_MIB = 64
"""Size of the one writable place, `/tmp`, of a container whose root file system is read-only, MiB.

It takes memory of the instance beside the container's own limit, and ECS counts it when it places a
task (amazon-ecs-agent, proposals/shmsize-tmpfs.md).
"""

CPU_UNITS = 1024
"""CPU units of one vCPU (ECS Developer Guide, task definition parameters)."""

AGENT_PORTS = frozenset({22, 2375, 2376, 51678, 51679, 51680})
"""Host ports of SSH, Docker and the agent (ECS API reference, PortMapping)."""

TASK_ARCHITECTURE = "x86_64"
"""What the AMIs and the task definition are made for."""


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


def _sizes(prefix: str, families: dict[str, str]) -> frozenset[str]:
    return frozenset(
        f"{prefix}.{family}.{size if size in NAMED_SIZES else f'{size}xlarge'}"
        for names, sizes in families.items()
        for family in names.split()
        for size in sizes.split()
    )


NAMED_SIZES = ("micro", "small", "medium", "large", "xlarge")

DATABASE_CLASSES = _sizes(
    "db",
    {
        "t3 t4g": "micro small medium large xlarge 2",
        "m5 m5d r5 r5b r5d": "large xlarge 2 4 8 12 16 24",
        "m6g m6gd m7g r6g r6gd r7g": "large xlarge 2 4 8 12 16",
        "m6i m6id m6idn m6in r6i r6id r6idn r6in": "large xlarge 2 4 8 12 16 24 32",
        "m7i r7i": "large xlarge 2 4 8 12 16 24 48",
        "m8g m8gd r8g r8gd": "large xlarge 2 4 8 12 16 24 48",
        "x2g": "large xlarge 2 4 8 12 16",
        "x2idn": "16 24 32",
        "x2iedn": "xlarge 2 4 8 16 24 32",
    },
)
"""Instance classes of RDS for MySQL 8 (RDS User Guide, supported engines for instance classes)."""

CACHE_NODE_TYPES = _sizes(
    "cache",
    {
        "t2 t3 t4g": "micro small medium",
        "m4": "large xlarge 2 4 10",
        "m5 r5": "large xlarge 2 4 12 24",
        "r4": "large xlarge 2 4 8 16",
        "m6g m7g r6g r7g c7gn": "large xlarge 2 4 8 12 16",
        "r6gd": "xlarge 2 4 8 12 16",
        "t1": "micro",
        "m1": "small medium large xlarge",
        "m2": "xlarge 2 4",
        "m3": "medium large xlarge 2",
        "r3": "large xlarge 2 4 8",
        "c1": "xlarge",
    },
)
"""ElastiCache node types (ElastiCache User Guide, supported node types)."""

OLD_CACHE_FAMILIES = frozenset({"t1", "m1", "m2", "m3", "r3", "c1"})
"""Previous generation: no encryption (ElastiCache User Guide, encryption conditions)."""

REDIS_VERSIONS = (
    "3.2.4", "3.2.6", "3.2.10", "4.0.10", "5.0.0", "5.0.3", "5.0.4", "5.0.5", "5.0.6", "6.0", "6.2",
    "7.0", "7.1",
)  # fmt: skip
"""Redis versions that ElastiCache has or had (ElastiCache User Guide, engine versions)."""

UNENCRYPTED_REDIS_VERSIONS = ("3.2.4", "3.2.10")
"""Encryption came with 3.2.6 and, past 3.2.10, with 4.0.10 (ElastiCache User Guide, in-transit
encryption conditions)."""

ROTATABLE_AUTH = (5, 0, 6)
"""First Redis version whose token can be set on a running group, which is how we set it
(ElastiCache User Guide, modifying the AUTH token)."""
