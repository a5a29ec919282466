"""Applying a review of `local`: in waves, one after another, and as one: `python -m bench.apply`.

Each has an emulator of its own. Takes about ten minutes.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from strata.apply import waves
from strata.apply.layer import LayerWork
from strata.apply.reviewed_plan import ReviewedApply
from strata.documents.layers import LAYERS, LONGEST
from strata.local import emulator
from strata.planning.composed import plan_composed
from strata.review.record import basis, write
from strata.settings import Settings, load
from strata.state.bucket import bootstrap
from strata.state.states import read_states
from strata.synthesis.synthesize import synthesize
from strata.terraform.binary import terraform
from strata.terraform.children import chdir
from strata.terraform.plugins import terraform_environment
from strata.terraform.process import Terraform

MOST_OF_ROW = 0.5
MOST_OF_ONE = 1.3


@dataclass(frozen=True)
class Timed(Terraform):
    """Terraform that notes when it ran."""

    ran: list[tuple[float, float]] = field(default_factory=list)

    def _run(self, *arguments: Any, **options: Any) -> int:
        with self._noted():
            return super()._run(*arguments, **options)

    def _answer(self, *arguments: Any, **options: Any) -> str:
        with self._noted():
            return super()._answer(*arguments, **options)

    @contextlib.contextmanager
    def _noted(self) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.ran.append((start, time.perf_counter()))


def covered(intervals: list[tuple[float, float]]) -> float:
    """Seconds in which at least one of them lies."""
    seconds, end = 0.0, 0.0
    for start, stop in sorted(intervals):
        seconds += max(0.0, stop - max(start, end))
        end = max(end, stop)
    return seconds


@contextlib.contextmanager
def account(folder: Path) -> Iterator[Settings]:
    """An emulator with a state bucket and nothing else."""
    settings = load("local")
    with emulator.emulator(folder / "emulator") as running:
        emulator.delegate(running.url, settings.edge.domain)
        emulator.push(running.url, "shop-local", settings.service.image_tag)
        bootstrap(settings.environment)
        yield settings


@dataclass(frozen=True)
class Taken:
    """Seconds of `strata apply --reviewed`.

    `check` is whether the review still holds, `layers` what follows. In `terraform` of both, and of
    the synthesis before them, a Terraform ran, and in `own` none did.
    """

    check: float
    layers: float
    terraform: float
    own: float

    @property
    def whole(self) -> float:
        """From the JSON to what stands, every init included."""
        return self.check + self.layers


def by_layers(folder: Path, workers: int) -> Taken:
    """Apply a review layer by layer, so many side by side."""

    with account(folder) as settings:
        tool = Timed(terraform(), terraform_environment(), folder / "logs")
        work = LayerWork(settings, folder / "stacks", tool, threading.Lock())
        synthesize([settings], folder)
        states = read_states(settings.environment)
        document = plan_composed(tool, folder / "composed" / "local", states)
        write(folder / "review", basis(settings, states, folder), document, {})
        tool.ran.clear()
        start = time.perf_counter()
        synthesize([settings], folder)
        synthesized = time.perf_counter()
        review = ReviewedApply.open(folder / "review", work)
        review.check()
        review.check_plan()
        checked = time.perf_counter()
        outcome = waves.run(LAYERS, review.step, waves.quiet, workers=workers, first=LONGEST)
        end = time.perf_counter()
    if not outcome.ok:
        raise SystemExit(f"failed: {outcome.failed}")
    ran = covered(tool.ran)
    return Taken(checked - synthesized, end - checked, ran, end - start - ran)


def as_one(folder: Path) -> tuple[float, float]:
    """Seconds of Terraform's own init, and of its apply, of the composed stack: near the floor."""
    with account(folder) as settings:
        synthesize([settings], folder)
        return (
            composed(folder, "init", "-input=false"),
            composed(folder, "apply", "-input=false", "-auto-approve"),
        )


def composed(folder: Path, *words: str) -> float:
    """Seconds of a Terraform command on the composed stack."""
    start = time.perf_counter()
    subprocess.run(
        [terraform(), chdir(folder / "composed" / "local"), *words],
        env={**os.environ, **terraform_environment()},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - start


def start_up() -> float:
    """Seconds until the command is loaded, which the rest does not show."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", "import strata.cli, strata.apply.reviewed_plan"], check=True
    )
    return time.perf_counter() - start


def main() -> None:
    """Measure and print; a ratio beyond its limit fails."""
    with tempfile.TemporaryDirectory() as folder:
        init, floor = as_one(Path(folder, "one"))
        waves = by_layers(Path(folder, "waves"), workers=8)
        row = by_layers(Path(folder, "row"), workers=1)
    to_row, to_floor = waves.layers / row.layers, waves.layers / floor
    whole = waves.whole / (init + floor)
    print(f"one after another           {row.layers:6.0f} s")
    print(f"the composed stack as one   {floor:6.0f} s")
    print(f"in waves                    {waves.layers:6.0f} s")
    print(f"  of one after another        {to_row:.2f}     at most {MOST_OF_ROW}")
    print(f"  of the composed stack       {to_floor:.2f}     at most {MOST_OF_ONE}")
    print(f"with each init and the check{waves.whole:6.0f} s")
    print(f"  of the composed stack       {whole:.2f}     at most {MOST_OF_ONE}")
    # One after another nothing of it hides behind the Terraform of another layer.
    own = row.own + start_up()
    print(f"Strata itself, in a row     {own:6.1f} s  {own / row.terraform:.1%} over Terraform")
    if to_row > MOST_OF_ROW or max(to_floor, whole) > MOST_OF_ONE:
        raise SystemExit("slower than it may be")


if __name__ == "__main__":
    main()
