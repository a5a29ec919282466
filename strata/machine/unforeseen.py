"""The last defence: explains an unforeseen exception to the user who ran the command."""

import contextlib
import errno
import os
import re
import sys
import traceback
from pathlib import Path

from strata.errors import StrataError
from strata.machine.folders import CHOSEN, OF_THE_PROJECT

REPORT = "run it again with --debug, and report what it prints"
SET_UP = "make setup installs what is needed: use .venv/bin/python and .venv/bin/strata after it"

SYSTEM: dict[int, tuple[str, str | None]] = {
    errno.ENOSPC: ("the disk is full", "make room there, and run this again"),
    errno.EDQUOT: ("the disk quota is used up", "make room there, and run this again"),
    errno.EFBIG: (
        "the file would be larger than this system or shell allows",
        "look at `ulimit -f`, and run this again",
    ),
    errno.EROFS: ("the file system is read-only", None),
    errno.EACCES: ("permission is denied", None),
    errno.EPERM: ("it is not permitted", None),
    errno.ENOENT: ("there is no such file or folder", None),
    errno.ENOTDIR: ("a part of the path is no folder", None),
    errno.EISDIR: ("it is a folder", "a file is wanted there"),
    errno.EEXIST: ("there is a file of that name already", "a folder is wanted there"),
    errno.ENAMETOOLONG: ("the name is too long for this system", None),
    errno.ELOOP: ("its links lead in a circle", None),
    errno.EMFILE: ("too many files are open", "look at `ulimit -n`"),
    errno.ENFILE: ("too many files are open on this machine", None),
    errno.ENOMEM: ("this machine has not enough memory left", None),
    errno.EIO: ("the device cannot be read or written", None),
    errno.ENOEXEC: (
        "it cannot be run on this machine",
        "it is damaged, or made for another system or processor",
    ),
}
"""The system's errors in words, and what to do about them."""


def explain(error: BaseException) -> StrataError:
    """An exception in words; --debug alone shows its own text, which may contain settings."""
    if isinstance(error, StrataError):
        return error
    if isinstance(error, MemoryError):
        return StrataError("this machine has not enough memory left for that")
    if isinstance(error, RecursionError):
        return StrataError(f"something that was read is nested too deeply ({place(error)})", REPORT)
    if isinstance(error, OSError) and error.strerror:
        return system_error(error, str(error.filename or ""))
    number = node_error(str(error))
    if number:
        return system_error(OSError(number, os.strerror(number)), _quoted(str(error)))
    return _unforeseen(error)


def _unforeseen(error: BaseException) -> StrataError:
    if isinstance(error, ModuleNotFoundError) and _of_a_package(error):
        return StrataError(f"{sys.executable} has no package {error.name}", SET_UP)
    return StrataError(
        f"Strata failed on something that it does not foresee: {type(error).__name__} in "
        f"{place(error)}",
        REPORT,
    )


def _of_a_package(error: ModuleNotFoundError) -> bool:
    """Whether the missing module is none of this project, which no installation would bring."""
    return (error.name or "").partition(".")[0] not in ("", PACKAGE.name, *OF_THE_PROJECT)


def tell(error: BaseException, *, debug: bool) -> StrataError:
    """Print what an exception means, with `debug` its traceback too; returns the explanation."""
    explained = explain(error)
    if debug:
        say("".join(traceback.format_exception(error)).rstrip())
    say(f"error: {explained.message}")
    if explained.hint:
        say(f"hint: {explained.hint}")
    return explained


def say(text: str) -> None:
    """Print to stderr."""
    # The terminal may have been closed.
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr)  # noqa: T201


def words(error: OSError) -> str:
    """The system's error in words, without the file."""
    entry = SYSTEM.get(error.errno or 0)
    return entry[0] if entry else (error.strerror or type(error).__name__)


def system_error(error: OSError, file: str) -> StrataError:
    """The system's error in words and with its file; `file` is empty if it is not known."""
    reason, hint = words(error), SYSTEM.get(error.errno or 0, ("", None))[1]
    return StrataError(f"{file}: {reason}" if file else reason, hint)


def node_error(text: str) -> int:
    """The number of the system's error that Node names in a message, or 0.

    Node begins with the name: `ENOSPC: no space left on device, mkdtemp '/tmp/jsii-'`.
    """
    match = re.search(r"\b(E[A-Z]+): [a-z]", text)
    number = getattr(errno, match[1], 0) if match else 0
    return number if number in SYSTEM else 0


def _quoted(text: str) -> str:
    match = re.search(r"'([^']+)'", text)
    return match[1] if match else ""


def place(error: BaseException) -> str:
    """The file and line of the project where it happened; of a library if no frame is ours."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if _own(Path(frame.filename))] or frames
    if not own:
        return "an unknown place"
    file = Path(own[-1].filename)
    top = _top(file)
    return f"{file.relative_to(top) if top else file.name}:{own[-1].lineno}"


PACKAGE = Path(__file__).resolve().parents[1]
"""The folder of Strata itself."""


def _own(file: Path) -> bool:
    return _top(file) is not None


def _top(file: Path) -> Path | None:
    """The folder that a message omits from a path in Strata or in the project's modules."""
    if file.is_relative_to(PACKAGE):
        return PACKAGE.parent
    project = CHOSEN.folders.project if CHOSEN.folders else None
    return project if project and file.is_relative_to(project / "modules") else None
