"""Serves the emulator without what makes it strict: `python -m bench.lenient PORT`.

It refuses nothing, keeps no record of calls and plays no ECS; what moto lacks is filled in. It runs
in the emulator's own virtual environment.
"""

import os
import sys

os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")

from moto.server import main

from emulator import answers, gaps, pushes

gaps.fill()
answers.keep()
pushes.hold()
main(["--host", "127.0.0.1", "--port", sys.argv[1]])
