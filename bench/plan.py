"""The plan of all layers as one beside the layers' plans one after another: `python -m bench.plan`.

Both read the states and plan what was synthesized, of `local` as it stands on an emulator. Each
figure is the least of three runs. Takes about five minutes, most of it to apply `local` once.
Before that, on the first day of `local`: all of `strata plan` beside the Terraform plan inside it,
by the clock and in processor time; and, since what goes on beside that plan makes it slower, beside
the same plan with nothing beside it. Exit code 1 where a target is missed.
"""

import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from bench import ROOT
from bench.applied import apply_all
from bench.sides import Took, row, run, strata
from strata.apply import waves
from strata.apply.layer import LayerWork
from strata.commands.base import read_out
from strata.documents.layers import LAYERS
from strata.local import emulator
from strata.plan_file.changes import parse
from strata.planning.composed import plan_composed
from strata.settings import load
from strata.state.bucket import bootstrap
from strata.state.states import read_states
from strata.synthesis.synthesize import synthesize
from strata.terraform.binary import terraform
from strata.terraform.plugins import terraform_environment
from strata.terraform.process import Terraform

RUNS = 3
MOST = 0.5
MOST_AROUND = 1.5
"""Of the time of Terraform's plan, what `strata plan` may take with all around it."""


def least(step: Callable[[], object]) -> float:
    """Seconds of the fastest of several runs."""
    taken = []
    for _ in range(RUNS):
        start = time.perf_counter()
        step()
        taken.append(time.perf_counter() - start)
    return min(taken)


TIMED = """#!/bin/sh
begun=$(date +%s.%N)
{terraform} "$@"
code=$?
ended=$(date +%s.%N)
times > {log}.times
echo "$begun $ended $(tail -n 1 {log}.times) $*" >> {log}
exit $code
"""
"""What stands for Terraform: the clock, and the processor time of its children (POSIX `times`)."""


def process(folder: Path) -> tuple[Took, Took]:
    """All of `strata plan local`, and the Terraform plan that it runs."""
    log, script = folder / "timed", folder / "bin" / "terraform"
    script.parent.mkdir()
    script.write_text(TIMED.format(terraform=terraform(), log=log))
    script.chmod(0o755)
    path = f"{script.parent}{os.pathsep}{os.environ['PATH']}"
    words = ["plan", "local", "--out", str(folder / "review")]
    program = replace(strata(ROOT, *words), environment={"PATH": path})
    # The first one makes what is kept; 2: there are changes, since nothing of it stands.
    run(program, 2)
    runs = []
    for _ in range(RUNS):
        log.unlink()
        runs.append((run(program, 2), planned(log.read_text())))
    return min(runs, key=lambda one: one[0].clock / one[1].clock)


def planned(log: str) -> Took:
    """What the plan took of all that Terraform was started for, by what `TIMED` wrote."""
    (words,) = [line.split() for line in log.splitlines() if " plan " in line]
    begun, ended, user, system = words[:4]
    return Took(float(ended) - float(begun), seconds(user) + seconds(system), 0)


def seconds(text: str) -> float:
    """`1m2.50s`, as a shell writes it, in seconds."""
    minutes, _, rest = text.rstrip("s").partition("m")
    return int(minutes) * 60 + float(rest)


def alone(folder: Path) -> float:
    """Seconds of the Terraform plan that `strata plan` ran last, with nothing beside it."""
    tool = Terraform(terraform(), terraform_environment(), folder / "logs")
    stack = read_out() / "composed" / "local"
    return least(lambda: tool.plan(stack, folder / "alone.tfplan", "-lock=false"))


@dataclass(frozen=True)
class Measured:
    """`strata plan` and Terraform's plan within; seconds of that one alone; of seven plans in a
    row, and of the one plan of all."""

    process: Took
    inside: Took
    alone: float
    row: float
    whole: float


def measure(folder: Path) -> Measured:
    """Measure all of it, on an emulator of its own."""
    settings = load("local")
    with emulator.emulator(folder / "emulator") as running:
        emulator.delegate(running.url, settings.edge.domain)
        emulator.push(running.url, "shop-local", settings.service.image_tag)
        bootstrap(settings.environment)
        all_of_it, inside = process(folder)
        by_itself = alone(folder)
        synthesize([settings], folder)
        tool = Terraform(terraform(), terraform_environment(), folder / "logs")
        work = LayerWork(settings, folder / "stacks", tool, threading.Lock())
        apply_all(work)

        def seven() -> None:
            outcome = waves.run(LAYERS, work.changes, waves.quiet, workers=1)
            assert set(outcome.done.values()) == {"no change"}

        def whole() -> None:
            composed = folder / "composed" / "local"
            document = plan_composed(tool, composed, read_states(settings.environment))
            assert not parse(document).changes

        return Measured(all_of_it, inside, by_itself, least(seven), least(whole))


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(0 if told(measure(Path(folder))) else 1)


def told(found: Measured) -> bool:
    """Print a row for each; whether those with a target are within it."""
    within = row("one plan of all, and seven plans in a row", found.whole, found.row, MOST)
    name = "strata plan, and the Terraform plan in it"
    within &= row(name, found.process.clock, found.inside.clock, MOST_AROUND)
    processor = (found.process.processor, found.inside.processor)
    print(f"  processor time             {processor[0]:6.1f} s beside {processor[1]:6.1f} s")
    ratio = found.process.clock / found.alone
    print(f"  that plan, nothing beside  {found.alone:6.1f} s   ratio {ratio:.2f}")
    return within


if __name__ == "__main__":
    main()
