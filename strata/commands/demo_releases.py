"""The end of `strata demo`: a good release, a broken one that ECS rolls back, and going back."""

from typing import TYPE_CHECKING

import typer

from strata.commands.base import out
from strata.errors import StrataError
from strata.local import ecs as play
from strata.local import emulator as emulation
from strata.settings import Settings
from strata.views.steps import step

if TYPE_CHECKING:
    from strata.release.releasing import Releases
    from strata.release.verdict import Outcome, Verdict, Wanted

GOOD, BROKEN = "demo-good", "demo-broken"
EXITS_WITH = 1
LOGS = "cannot connect to the database"
PATIENCE_SECONDS = 120
"""Eight hours of the emulator's ECS."""


def ship(url: str, settings: Settings) -> list[str]:
    """Push and release a good image, then a broken one, then go back to the image before both.

    Prints each verdict; returns six lines on what was done. Raises StrataError where ECS decides
    otherwise than it should.
    """
    from strata.release.releasing import Releases  # noqa: PLC0415 - boto3 takes its time
    from strata.release.verdict import Outcome  # noqa: PLC0415

    work = Releases(settings)
    good, broken = f"{work.place.repository}:{GOOD}", f"{work.place.repository}:{BROKEN}"
    _push(url, work, GOOD)
    released = _watched(work, work.deploy(GOOD, out.print), Outcome.COMPLETED)
    _push(url, work, BROKEN, behaves=f"exit:{EXITS_WITH}")
    failed = _watched(work, work.deploy(BROKEN, out.print), Outcome.ROLLED_BACK)
    back = _watched(work, work.back(None, out.print), Outcome.COMPLETED)
    image = work.ecs.revision(back.runs).image.rpartition("/")[2]
    return [
        f"pushed       {good}",
        f"released     {good} as revision {released.revision}",
        f"pushed       {broken}, whose container exits with {EXITS_WITH}",
        f"failed       revision {failed.revision}: {failed.cause} with {failed.exit_code}, "
        f'and logs "{" ".join(failed.log)}"',
        f"rolled back  by ECS to revision {failed.runs}, {good}",
        f"went back    to {image} as revision {back.revision}",
    ]


def _push(url: str, work: "Releases", tag: str, behaves: str = "good") -> None:
    repository = work.place.repository
    lines = () if behaves == "good" else (LOGS,)
    play.behave(url, f"{repository}:{tag}", behaves, lines)
    emulation.push(url, repository, tag)


def _watched(work: "Releases", wanted: "Wanted", expected: "Outcome") -> "Verdict":
    from strata.views.text.release import verdict  # noqa: PLC0415

    with step(f"waiting for ECS to decide on revision {wanted.revision}"):
        found = work.watch(wanted, lambda _: None, PATIENCE_SECONDS)
    # Its events are a page of their own.
    typer.echo(verdict(found.model_copy(update={"events": []})), nl=False)
    if found.outcome is not expected:
        raise StrataError(
            f"revision {found.revision}: {found.outcome}, not {expected}", "strata status local"
        )
    return found
