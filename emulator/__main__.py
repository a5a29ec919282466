"""Serves on loopback: `python -m emulator PORT`."""

import gc
import os
import sys

# From the first import on: see `process`.
gc.disable()

# The roles of our stacks attach policies that AWS manages.
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")

from emulator import models  # noqa: E402

# Before moto, which reads at once.
models.keep()

from moto.server import main  # noqa: E402

from emulator import (  # noqa: E402
    answers,
    gaps,
    lookups,
    managed,
    members,
    process,
    pushes,
    strict,
)
from emulator.ecs import edge  # noqa: E402

gaps.fill()
lookups.keep()
managed.hold()
members.find()
answers.keep()
pushes.hold()
strict.hold()
edge.hold()
process.hold()
main(["--host", "127.0.0.1", "--port", sys.argv[1]])
