"""One emulator for the tests of releases; its clock stands until it is stepped."""

from collections.abc import Iterator

import pytest

from strata.local import ecs as play
from strata.local import emulator as emulation


@pytest.fixture(scope="package")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the emulator is; this process talks to it."""
    with emulation.emulator(tmp_path_factory.mktemp("release")) as running:
        play.control(running.url, factor=0)
        yield running.url
