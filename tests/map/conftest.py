"""Maps of the real environments."""

from collections.abc import Callable
from typing import Any

import pytest

from strata.documents.stacks import stack
from strata.map.model import Picture
from strata.map.write import Drawn, drawn

Json = dict[str, Any]


@pytest.fixture(scope="session")
def pictures(composed: Callable[[str], Json]) -> Callable[[str], tuple[Picture, Picture]]:
    """Environment -> the pictures of its network and its system."""

    def draw(name: str) -> tuple[Picture, Picture]:
        network, system = drawn(stack(composed(name)), f"shop-{name}").pictures
        return network, system

    return draw


@pytest.fixture(scope="session")
def prod(composed: Callable[[str], Json]) -> Drawn:
    """The pictures of `prod` and what is said about each thing."""
    return drawn(stack(composed("prod")), "shop-prod")
