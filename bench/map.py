"""`strata map` beside the synthesis it needs: `python -m bench.map`.

Prints seconds and their ratio; each figure is the least of three runs of the command.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from strata.paths import ROOT

RUNS = 3
ENV = "prod"


def seconds(*args: str) -> float:
    """How long a command of `strata` takes."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "strata", *args], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        synth = ("synth", ENV, "--out", str(Path(folder, "synth")))
        map_ = ("map", ENV, "--out", str(Path(folder, "map")))
        pairs = [(seconds(*synth), seconds(*map_)) for _ in range(RUNS)]
    synthesis, drawn = (min(one) for one in zip(*pairs, strict=True))
    print(f"strata synth {ENV}  {synthesis:6.2f} s")
    print(f"strata map {ENV}    {drawn:6.2f} s   ratio {drawn / synthesis:.2f}")


if __name__ == "__main__":
    main()
