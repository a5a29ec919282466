"""`strata map` beside the synthesis it needs: `python -m bench.map`.

Prints seconds and their ratio; each figure is the least of three runs of the command. Exit code 1:
the map takes too long.
"""

import sys
import tempfile
from pathlib import Path

from bench.cost import MOST, RUNS, seconds

ENV = "prod"


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        synth = ("synth", ENV, "--out", str(Path(folder, "synth")))
        map_ = ("map", ENV, "--out", str(Path(folder, "map")))
        pairs = [(seconds(*synth), seconds(*map_)) for _ in range(RUNS)]
    synthesis, drawn = (min(one) for one in zip(*pairs, strict=True))
    print(f"strata synth {ENV}  {synthesis:6.2f} s")
    print(f"strata map {ENV}    {drawn:6.2f} s   ratio {drawn / synthesis:.2f}")
    sys.exit(0 if drawn <= MOST * synthesis else 1)


if __name__ == "__main__":
    main()
