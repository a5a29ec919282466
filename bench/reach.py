"""`strata reach prod` beside the synthesis of `prod`: `python -m bench.reach`.

Prints seconds and ratios; each figure is the least of three runs, each in a process of its own.
"""

import sys
import tempfile
import time

from bench.cost import MOST, RUNS, seconds
from strata.documents.stacks import stack
from strata.reach import from_stack, open_flows
from strata.reach.table import table
from strata.settings import load
from strata.synthesis.synthesize import compose

ENV = "prod"
LONGEST = 1.0
"""Seconds that all pairs of an environment in three zones may take."""


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        # In turns, so that a busy machine slows both.
        runs = [
            (seconds("synth", ENV, "--out", folder), seconds("reach", ENV)) for _ in range(RUNS)
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
    sys.exit(0 if reach <= MOST * synth and min(pairs) <= LONGEST else 1)


if __name__ == "__main__":
    main()
