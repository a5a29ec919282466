"""The layers of an environment and what each of them needs."""

import re
from collections.abc import Mapping
from types import MappingProxyType

LAYERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "network": (),
        "registry": (),
        "database": ("network",),
        "cache": ("network",),
        "cluster": ("network",),
        "edge": ("network",),
        "service": ("network", "registry", "database", "cache", "cluster", "edge"),
    }
)
"""Layer -> the layers whose outputs it reads. In this order they can be applied one by one."""


LONGEST = ("edge", "database")
"""The layers that take AWS longest, with the load balancer and the database: begun first in their
wave."""


def stack_name(environment: str, layer: str) -> str:
    """The name of a layer's stack, as `cdktf list` shows it."""
    return f"{environment}-{layer}"


def state_key(environment: str, layer: str) -> str:
    """The key of a layer's state object in the state bucket."""
    return f"{environment}/{layer}.tfstate"


def logical_id(path: str) -> str:
    """The name of a resource in Terraform, of its construct path below the stack."""
    return re.sub(r"[^A-Za-z0-9_]+", "_", path)


def layer_of(address: str) -> str:
    """`network` of `aws_vpc.network_vpc`, whose name is its construct path; empty for a resource
    that does not belong to a layer."""
    layer = address.partition(".")[2].partition("_")[0]
    return layer if layer in LAYERS else ""
