"""Environments as items to price."""

from collections.abc import Callable
from typing import Any

import pytest

from strata.cost.resources import Resources, of_stack
from strata.documents.stacks import stack
from strata.settings import Settings, load

Json = dict[str, Any]
Environment = tuple[Resources, Settings]

AS_BLOGGED = "tests/as-blogged.toml"


@pytest.fixture(scope="session")
def as_blogged(composed_reference: Json) -> Environment:
    """The reference as it was clicked together."""
    return of_stack(stack(composed_reference)), load(AS_BLOGGED)


@pytest.fixture(scope="session")
def environment(
    composed: Callable[[str], Json], as_blogged: Environment
) -> Callable[[str], Environment]:
    """Name -> what would be built, and its settings."""

    def read(name: str) -> Environment:
        if name == "as-blogged":
            return as_blogged
        return of_stack(stack(composed(name))), load(name)

    return read
