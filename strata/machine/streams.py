"""The standard streams of this process, some of which its parent may have closed (`<&-`, `>&-`)."""

import os
import sys

_MODES = {"stdin": "r", "stdout": "w", "stderr": "w"}


def complete() -> None:
    """Open `/dev/null` in the place of each standard stream that is closed.

    Python has None for such a stream, and whatever file is opened next would get its number, and
    what a child process prints.
    """
    for number, (name, mode) in enumerate(_MODES.items()):
        if getattr(sys, name) is not None:
            continue
        # The lowest number that is free, and those below this one are taken.
        opened = os.open(os.devnull, os.O_RDWR)
        os.set_inheritable(opened, opened == number)
        setattr(sys, name, os.fdopen(opened, mode, encoding="utf-8"))
