"""`strata reach prod` beside the synthesis of `prod`: `python -m bench.reach`.

Prints seconds and ratios; each figure is the least of three runs, each in a process of its own.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from strata.paths import ROOT
from strata.reach import from_stack, open_flows
from strata.reach.table import table
from strata.settings import load
from strata.stacks import stack
from strata.synthesis import compose

RUNS = 3
ENV = "prod"


def command(*arguments: str) -> float:
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
        # In turns, so that a busy machine slows both.
        runs = [
            (command("synth", ENV, "--out", str(Path(folder))), command("reach", ENV))
            for _ in range(RUNS)
        ]
    synth, reach = (min(column) for column in zip(*runs, strict=True))
    composed = stack(compose(load(ENV)))
    pairs = []
    for _ in range(RUNS):
        start = time.perf_counter()
        network = from_stack(composed)
        rows, flows = table(network), open_flows(network)
        pairs.append(time.perf_counter() - start)
    print(f"strata synth {ENV}                 {synth:6.2f} s")
    print(f"strata reach {ENV}                 {reach:6.2f} s   ratio {reach / synth:.2f}")
    print(
        f"all pairs and the table, 3 zones   {min(pairs):6.2f} s   of one {min(pairs) / synth:.2f}"
    )
    print(f"{len(network.endpoints)} endpoints, {len(flows)} flows, {len(rows)} paths")


if __name__ == "__main__":
    main()
