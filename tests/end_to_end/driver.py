"""`strata` with a folder of its own for what it makes: `python -m tests.end_to_end.driver DIR ...`.

Two tests at once would otherwise meet in the project's `.strata` and `cdktf.out`, and two people
could not be played on one machine.
"""

import sys
from pathlib import Path

from strata.cli import main
from strata.machine.folders import Folders, use
from strata.views import steps
from tests import ROOT


def run(folder: str, arguments: list[str]) -> None:
    """Run a command, with which this process ends."""
    sys.argv = ["strata", *arguments]
    work = Path(folder)
    use(Folders(ROOT, work, work / "cdktf.out"))
    # Both streams are read as one, and a busy machine says more of what takes long.
    steps.PATIENCE_SECONDS = 3600
    sys.exit(main())


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2:])
