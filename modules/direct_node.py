"""Talks to jsii's program in Node directly.

jsii starts a Node that starts a second one, which does the work, and passes on every message
between that and Python (`bin/jsii-runtime.js` of jsii 1.142). Without the one between them a
synthesis takes 0.86 of its time. `direct_node.js` takes its place.

Nothing depends on it: with another jsii, whose program does not talk as expected, or with a
JSII_RUNTIME of the user's own, jsii starts as it always does.
"""

import os
from importlib import import_module
from pathlib import Path
from typing import Any

LAUNCHER = Path(__file__).with_suffix(".js")
CHANNEL = b"readFD:3,writeFD:3"
"""How the program names the descriptor that `direct_node.js` leads to the pipes."""
PRESERVE = "NODE_PRESERVE_SYMLINKS"
"""Node's variable for the option with which jsii starts its program."""


def install() -> None:
    """Have jsii start its program directly; to be called before it starts one."""
    try:
        process = import_module("jsii._kernel.providers.process")._NodeProcess
        runtime, start = process._jsii_runtime, process.start
    except (ImportError, AttributeError):
        return

    def direct_runtime(self: Any) -> str:
        own = Path(runtime(self))
        program = own.parent.parent / "lib" / "program.js"
        if not program.is_file() or CHANNEL not in program.read_bytes():
            return str(own)
        launcher = own.with_name(LAUNCHER.name)
        launcher.write_bytes(LAUNCHER.read_bytes())
        return str(launcher)

    def direct_start(self: Any) -> None:
        before = os.environ.get(PRESERVE)
        os.environ[PRESERVE] = "1"
        try:
            start(self)
        finally:
            os.environ.pop(PRESERVE)
            if before is not None:
                os.environ[PRESERVE] = before

    process._jsii_runtime, process.start = direct_runtime, direct_start
