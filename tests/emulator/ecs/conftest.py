"""One emulator for the tests that go through AWS's API; its clock stands until it is stepped."""

from collections.abc import Iterator

import pytest

from strata.local import ecs as play
from strata.local import emulator as emulation
from tests.emulator.ecs.shop import Shop


@pytest.fixture(scope="package")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the emulator is."""
    folder = tmp_path_factory.mktemp("ecs")
    try:
        url = emulation.start(folder).url
        play.control(url, factor=0)
        yield url
    finally:
        emulation.stop(folder)


@pytest.fixture
def shop(url: str) -> Shop:
    """A cluster of its own, with a group, a repository and a target group."""
    return Shop(url)
