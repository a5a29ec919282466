"""The end of `make demo`, on a service that AWS's API made; the rest of it is `test_first_day`."""

from collections.abc import Iterator

import pytest

from strata.commands.demo_releases import ship
from strata.local import ecs as play
from strata.local import emulator as emulation
from strata.release.releasing import Releases
from strata.settings import load
from tests.end_to_end.service import releasable

LOCAL = load("local")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An emulator with the service of `local`, whose time passes as it does in the demo."""
    with emulation.emulator(tmp_path_factory.mktemp("demo")) as running:
        factor = play.control(running.url)["factor"]
        releasable(running.url)
        play.control(running.url, factor=factor)
        yield running.url


@pytest.mark.emulator
def test_it_releases_an_image_and_a_broken_one_goes_back_and_says_so_in_six_lines(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ship(url, LOCAL) == [
        "pushed       shop-local:demo-good",
        "released     shop-local:demo-good as revision 2",
        "pushed       shop-local:demo-broken, whose container exits with 1",
        'failed       revision 3: the container exits with 1, and logs "cannot connect to the '
        'database"',
        "rolled back  by ECS to revision 2, shop-local:demo-good",
        "went back    to shop-local:1.0.0 as revision 4",
    ]
    told = capsys.readouterr().out
    assert "revision 2 is released\n" in told
    assert "revision 3 failed and was rolled back: revision 2 runs\n" in told
    assert "why        the container exits\n" in told
    assert "ECS says   Essential container in task exited\n" in told
    assert "  cannot connect to the database\n" in told
    work = Releases(LOCAL)
    running = work.ecs.revision(work.ecs.service().revision)
    assert running.image == work.records.known().image == work.place.image("1.0.0")


@pytest.mark.emulator
def test_it_can_be_run_again_while_the_emulator_stands(url: str) -> None:
    assert ship(url, LOCAL)[-1].startswith("went back    to shop-local:1.0.0 as revision ")
