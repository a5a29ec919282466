"""`make check` and `make test` in a new clone: `python -m bench.suite [check] [test]`.

With the last commit, set up before; on an idle machine, since these limits are no ratios: nobody
waits longer before a commit. Takes 20 minutes. Exit code 1 where a limit is missed.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench import ROOT
from bench.sides import Program, Took, run

BEFORE_MINUTES = 46
"""Of processor time, what the tests of 2026-11-28 took."""

MOST = {"check": (1.5, None), "test": (18.0, 0.45 * BEFORE_MINUTES)}
"""Target of the Makefile -> the most minutes by the clock, and of processor time."""


def told(target: str, took: Took) -> bool:
    """Print the rows of a target; whether it is within its limits."""
    clock, processor = MOST[target]
    within = _row(f"make {target}, new clone", took.clock / 60, clock)
    return _row("  processor time", took.processor / 60, processor) and within


def _row(name: str, minutes: float, most: float | None) -> bool:
    within = most is None or minutes <= most
    limit = "" if most is None else f"   at most {most:.1f}"
    print(f"{name:28} {minutes:6.2f} min{limit}{'' if within else '   MISSED'}", flush=True)
    return within


def main(targets: Sequence[str]) -> bool:
    """Measure and print; whether all is within its limits."""
    if unknown := [one for one in targets if one not in MOST]:
        raise SystemExit(f"{', '.join(unknown)}: no such target; there are {', '.join(MOST)}")
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder, "clone")
        subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
        run(Program(["make", "setup"], clone, {}))
        rows = [told(one, run(Program(["make", one], clone, {}))) for one in targets or MOST]
    return all(rows)


if __name__ == "__main__":
    sys.exit(0 if main(sys.argv[1:]) else 1)
