"""`strata` with a folder of its own for what it makes: `python -m tests.end_to_end.driver DIR ...`.

Two tests at once would otherwise meet in the project's `.strata` and `cdktf.out`, and two people
could not be played on one machine.
"""

import sys
from pathlib import Path

from strata.machine import folders

folders.WORK = Path(sys.argv.pop(1))

from strata.cli import main  # noqa: E402 - it must find the folder changed
from strata.commands import base  # noqa: E402 - nothing has read its folder yet

base.CDKTF_OUT = folders.WORK / "cdktf.out"
sys.exit(main())
