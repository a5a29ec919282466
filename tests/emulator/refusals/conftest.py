"""One emulator for all tests of refusals: each makes what it needs under names of its own."""

from collections.abc import Iterator

import pytest

from strata.local import emulator as emulation
from tests.emulator.refusals.world import Aws


@pytest.fixture(scope="package")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """The emulator's clients."""
    folder = tmp_path_factory.mktemp("refusals")
    try:
        yield Aws(emulation.start(folder).url)
    finally:
        emulation.stop(folder)
