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

from strata import deploy, emulator
from strata.bootstrap import bootstrap
from strata.layers import LAYERS
from strata.plan.planning import plan_composed
from strata.plan.review import basis, write
from strata.plan.states import read_states
from strata.reviewed import ReviewedApply
from strata.settings import Settings, load
from strata.synthesis import synthesize
from strata.terraform.binary import terraform
from strata.terraform.children import chdir
from strata.terraform.layers import LayerWork
from strata.terraform.plugins import terraform_environment
from strata.terraform.process import Terraform


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
        for name in emulator.FOREIGN:
            os.environ.pop(name, None)
        os.environ.update(emulator.client_environment(running.url))
        bootstrap(settings.environment)
        yield settings


def by_layers(folder: Path, workers: int) -> tuple[float, float, dict[str, float]]:
    """Seconds of the whole, of what is not Terraform in it, and of each layer.

    What `strata apply --reviewed` does, from the synthesis on.
    """
    seconds: dict[str, float] = {}

    def report(layer: str, _state: str, took: float) -> None:
        seconds[layer] = took

    with account(folder) as settings:
        tool = Timed(terraform(), terraform_environment(), folder / "logs")
        work = LayerWork(settings, folder / "stacks", tool, threading.Lock())
        synthesize([settings], folder)
        states = read_states(settings.environment)
        document = plan_composed(tool, folder / "composed" / "local", states)
        write(folder / "review", basis(settings, states), document, {})
        tool.ran.clear()
        start = time.perf_counter()
        synthesize([settings], folder)
        review = ReviewedApply.open(folder / "review", work)
        review.check()
        review.check_plan()
        outcome = deploy.run(LAYERS, review.step, report, workers=workers)
        whole = time.perf_counter() - start
    if not outcome.ok:
        raise SystemExit(f"failed: {outcome.failed}")
    return whole, whole - covered(tool.ran), seconds


def as_one(folder: Path) -> float:
    """Seconds of Terraform's own plan and apply of the composed stack: near the floor."""
    with account(folder) as settings:
        synthesize([settings], folder)
        start = time.perf_counter()
        for words in (["init"], ["apply", "-auto-approve"]):
            subprocess.run(
                [terraform(), chdir(folder / "composed" / "local"), *words, "-input=false"],
                env={**os.environ, **terraform_environment()},
                stdout=subprocess.DEVNULL,
                check=True,
            )
        return time.perf_counter() - start


def start_up() -> float:
    """Seconds until the command is loaded, which the rest does not show."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import strata.cli, strata.reviewed"], check=True)
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        floor = as_one(Path(folder, "one"))
        waves, own, _ = by_layers(Path(folder, "waves"), workers=8)
        row, _, layers = by_layers(Path(folder, "row"), workers=1)
    own += start_up()
    for layer in LAYERS:
        print(f"{layer:26}{layers[layer]:6.0f} s")
    print(f"one after another         {row:6.0f} s")
    print(f"the composed stack as one {floor:6.0f} s")
    print(f"in waves                  {waves:6.0f} s   {waves / row:.2f} of one after another")
    print(f"                                   {waves / floor:.2f} of the composed stack as one")
    print(f"Strata itself in it       {own:6.1f} s   {own / (waves - own):.1%} over Terraform")


if __name__ == "__main__":
    main()
