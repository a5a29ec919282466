"""The plan of all layers as one beside the layers' plans one after another: `python -m bench.plan`.

Both read the states and plan what was synthesized, of `local` as it stands on an emulator. Each
figure is the least of three runs. Takes about five minutes, most of it to apply `local` once.
"""

import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from strata import deploy, emulator
from strata.bootstrap import bootstrap
from strata.layers import LAYERS
from strata.plan.changes import parse
from strata.plan.planning import plan_composed
from strata.plan.states import read_states
from strata.settings import load
from strata.synthesis import synthesize
from strata.terraform.binary import terraform
from strata.terraform.layers import LayerWork
from strata.terraform.plugins import terraform_environment
from strata.terraform.process import Terraform

RUNS = 3
MOST = 0.5


def least(step: Callable[[], object]) -> float:
    """Seconds of the fastest of several runs."""
    taken = []
    for _ in range(RUNS):
        start = time.perf_counter()
        step()
        taken.append(time.perf_counter() - start)
    return min(taken)


def measure(folder: Path) -> tuple[float, float]:
    """Seconds of the seven plans in a row, and of the one plan."""
    settings = load("local")
    with emulator.emulator(folder / "emulator"):
        bootstrap(settings.environment)
        synthesize([settings], folder)
        tool = Terraform(terraform(), terraform_environment(), folder / "logs")
        work = LayerWork(settings, folder / "stacks", tool, threading.Lock())
        if not deploy.run(LAYERS, work.apply, deploy.quiet).ok:
            raise SystemExit(f"local could not be applied: see {folder / 'logs'}")

        def row() -> None:
            outcome = deploy.run(LAYERS, work.changes, deploy.quiet, workers=1)
            assert set(outcome.done.values()) == {"no change"}

        def whole() -> None:
            composed = folder / "composed" / "local"
            document = plan_composed(tool, composed, read_states(settings.environment))
            assert not parse(document).changes

        return least(row), least(whole)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        row, whole = measure(Path(folder))
    print(f"seven plans in a row  {row:6.1f} s")
    print(f"one plan of all       {whole:6.1f} s   ratio {whole / row:.2f}, more than {MOST} fails")
    sys.exit(0 if whole <= MOST * row else 1)


if __name__ == "__main__":
    main()
