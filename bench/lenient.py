"""Serves the emulator without what makes it strict: `python -m bench.lenient PORT`.

It refuses nothing, keeps no record of calls and plays no ECS; what moto lacks is filled in. It runs
in the emulator's own virtual environment.
"""

import gc
import os
import sys

gc.disable()  # See emulator/process.py.

os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")

from moto.server import main  # noqa: E402

from emulator import answers, gaps, process, pushes  # noqa: E402

gaps.fill()
answers.keep()
pushes.hold()
process.hold()
main(["--host", "127.0.0.1", "--port", sys.argv[1]])
