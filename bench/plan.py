"""The plan of all layers as one beside the layers' plans one after another: `python -m bench.plan`.

Both read the states and plan what was synthesized, of `local` as it stands on an emulator. Each
figure is the least of three runs. Takes about five minutes, most of it to apply `local` once.
Before that, on the first day of `local`: all of `strata plan` beside the Terraform plan inside it.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bench import ROOT
from strata.apply import waves
from strata.apply.layer import LayerWork
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
echo "$begun $(date +%s.%N) $*" >> {log}
exit $code
"""


def process(folder: Path) -> tuple[float, float]:
    """Seconds of `strata plan local`, all of it, and of the Terraform plan that it runs."""
    log, script = folder / "timed", folder / "bin" / "terraform"
    script.parent.mkdir()
    script.write_text(TIMED.format(terraform=terraform(), log=log))
    script.chmod(0o755)
    path = f"{script.parent}{os.pathsep}{os.environ['PATH']}"
    words = [sys.executable, "-m", "strata", "plan", "local", "--out", str(folder / "review")]
    runs = []
    for _ in range(RUNS):
        log.unlink(missing_ok=True)
        start = time.perf_counter()
        done = subprocess.run(words, cwd=ROOT, env={**os.environ, "PATH": path}, check=False)
        whole = time.perf_counter() - start
        # 2: there are changes, since nothing of it stands.
        assert done.returncode == 2
        calls = [line.split() for line in log.read_text().splitlines()]
        inside = [float(call[1]) - float(call[0]) for call in calls if "plan" in call]
        runs.append((whole, sum(inside)))
    return min(runs, key=lambda run: run[0] / run[1])


def measure(folder: Path) -> tuple[float, float, float, float]:
    """Seconds of `strata plan`, of Terraform's within, of seven plans in a row, of the one plan."""
    settings = load("local")
    with emulator.emulator(folder / "emulator"):
        bootstrap(settings.environment)
        all_of_it, inside = process(folder)
        synthesize([settings], folder)
        tool = Terraform(terraform(), terraform_environment(), folder / "logs")
        work = LayerWork(settings, folder / "stacks", tool, threading.Lock())
        if not waves.run(LAYERS, work.apply, waves.quiet).ok:
            raise SystemExit(f"local could not be applied: see {folder / 'logs'}")

        def row() -> None:
            outcome = waves.run(LAYERS, work.changes, waves.quiet, workers=1)
            assert set(outcome.done.values()) == {"no change"}

        def whole() -> None:
            composed = folder / "composed" / "local"
            document = plan_composed(tool, composed, read_states(settings.environment))
            assert not parse(document).changes

        return all_of_it, inside, least(row), least(whole)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        all_of_it, inside, row, whole = measure(Path(folder))
    print(f"seven plans in a row  {row:6.1f} s")
    print(f"one plan of all       {whole:6.1f} s   ratio {whole / row:.2f}, more than {MOST} fails")
    print(f"Terraform's plan      {inside:6.1f} s")
    print(
        f"all of strata plan    {all_of_it:6.1f} s   ratio {all_of_it / inside:.2f}, "
        f"more than {MOST_AROUND} fails"
    )
    sys.exit(0 if whole <= MOST * row and all_of_it <= MOST_AROUND * inside else 1)


if __name__ == "__main__":
    main()
