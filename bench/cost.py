"""`strata cost prod` beside the synthesis of `prod`: `python -m bench.cost`.

Prints seconds and a ratio; each figure is the least of three runs, each in a process of its own.
"""

import subprocess
import sys
import tempfile
import time

from bench import ROOT

RUNS = 3
MOST = 1.5
"""How many times the synthesis of an environment its cost may take."""


def seconds(*arguments: str) -> float:
    """Seconds that a `strata` command takes."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "strata", *arguments],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        synth = min(seconds("synth", "prod", "--out", folder) for _ in range(RUNS))
    cost = min(seconds("cost", "prod") for _ in range(RUNS))
    ratio = cost / synth
    print(f"strata synth prod  {synth:6.2f} s")
    print(f"strata cost prod   {cost:6.2f} s   ratio {ratio:.2f}")
    sys.exit(0 if ratio <= MOST else 1)


if __name__ == "__main__":
    main()
