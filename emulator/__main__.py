"""Serves on loopback: `python -m emulator PORT`."""

import os
import sys

# The roles of our stacks attach policies that AWS manages.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")

from moto.server import main

from emulator import answers, gaps, lookups, pushes, strict
from emulator.ecs import edge

gaps.fill()
lookups.keep()
answers.keep()
pushes.hold()
strict.hold()
edge.hold()
main(["--host", "127.0.0.1", "--port", sys.argv[1]])
