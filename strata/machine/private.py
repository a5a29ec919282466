"""Folders of this process alone, for plans, states and sockets: nothing of them is left behind."""

import os
import shutil
import tempfile
import weakref
from pathlib import Path


class PrivateFolder:
    """A folder that goes with the block, or else with this object, at the latest at Python's end.

    Ctrl-C and the signals of `signals.stoppable` are exceptions that come anywhere. One that comes
    while `tempfile.TemporaryDirectory` makes its folder leaves it there, and one that comes while
    it deletes it leaves what is in it. So who deletes stands here before there is anything, and
    until all is gone.
    """

    def __init__(self, parent: Path | None = None, prefix: str = "strata-") -> None:
        name = f"{prefix}{os.urandom(8).hex()}"
        self.path = Path(parent or tempfile.gettempdir(), name)
        self._end = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)
        try:
            self.path.mkdir(mode=0o700)
        except FileExistsError:
            # Somebody else's.
            self._end.detach()
            raise
        except OSError as error:
            error.filename = str(self.path.parent)
            raise

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        # A program that has not ended yet may have written there meanwhile.
        if not self.path.exists():
            self._end.detach()
