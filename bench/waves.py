"""An apply of `local` in waves beside the same layers one after another: `python -m bench.waves`.

Each has an emulator of its own. Takes about eight minutes.
"""

import os
import tempfile
import threading
import time
from pathlib import Path

from strata import deploy, emulator
from strata.bootstrap import bootstrap
from strata.layers import LAYERS
from strata.settings import load
from strata.synthesis import synthesize
from strata.terraform.binary import terraform
from strata.terraform.layers import LayerWork
from strata.terraform.plugins import terraform_environment
from strata.terraform.process import Terraform


def apply(folder: Path, workers: int) -> tuple[float, dict[str, float]]:
    """Seconds of the whole apply and of each layer."""
    settings = load("local")
    seconds: dict[str, float] = {}

    def report(layer: str, _state: str, took: float) -> None:
        seconds[layer] = took

    with emulator.emulator(folder / "emulator") as running:
        for name in emulator.FOREIGN:
            os.environ.pop(name, None)
        os.environ.update(emulator.client_environment(running.url))
        bootstrap(settings.environment)
        synthesize([settings], folder, composed=False)
        tool = Terraform(terraform(), terraform_environment(), folder / "logs")
        work = LayerWork(settings, folder / "stacks", tool, threading.Lock())
        start = time.perf_counter()
        outcome = deploy.run(LAYERS, work.apply, report, workers=workers)
        whole = time.perf_counter() - start
    if not outcome.ok:
        raise SystemExit(f"failed: {outcome.failed}")
    return whole, seconds


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        row, layers = apply(Path(folder, "row"), workers=1)
        waves, _ = apply(Path(folder, "waves"), workers=8)
    for layer in LAYERS:
        print(f"{layer:22}{layers[layer]:6.0f} s")
    print(f"one after another     {row:6.0f} s")
    print(f"in waves              {waves:6.0f} s   ratio {waves / row:.2f}")


if __name__ == "__main__":
    main()
