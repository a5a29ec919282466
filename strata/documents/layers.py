"""The layers of an environment and what each of them needs."""

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType

STACK = "cdk.tf.json"
"""The file of a stack in its folder, by CDKTF's name."""

OPTIONAL = ("own", "alarms")
"""The layers that an environment has only if its settings or `modules/own.py` ask for them."""

ALL_LAYERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "network": (),
        "registry": (),
        "database": ("network",),
        "cache": ("network",),
        "cluster": ("network",),
        "edge": ("network",),
        "own": ("network", "registry", "database", "cache", "cluster", "edge"),
        "service": ("network", "registry", "database", "cache", "cluster", "edge", "own"),
        "alarms": ("registry", "database", "cache", "cluster", "edge", "service"),
    }
)
"""Layer -> the layers whose outputs it may read. In this order they can be applied one by one."""


def needs(layers: Collection[str], retired: Collection[str] = ()) -> dict[str, tuple[str, ...]]:
    """The same for an environment that has only some of the layers.

    Of `retired` layers an apply destroys what is left, so they wait for the layers that read them.
    """
    graph = {
        layer: tuple(needed for needed in all_needed if needed in layers and needed not in retired)
        for layer, all_needed in ALL_LAYERS.items()
        if layer in layers
    }
    for layer in retired:
        graph[layer] = tuple(reader for reader in layers if layer in ALL_LAYERS[reader])
    return graph


LAYERS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    needs([layer for layer in ALL_LAYERS if layer not in OPTIONAL])
)
"""The layers that every environment has, and what they need of each other."""


def standing(stacks: Path, environment: str) -> list[str]:
    """The layers of an environment that was synthesized to `stacks`."""
    return [
        layer
        for layer in ALL_LAYERS
        if layer in LAYERS or (stacks / stack_name(environment, layer) / STACK).is_file()
    ]


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
    return layer if layer in ALL_LAYERS else ""
