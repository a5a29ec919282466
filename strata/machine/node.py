"""Node, which runs CDKTF's constructs: checks that it can work before jsii starts it.

Without the check a Node that cannot work ends in a broken pipe in Python, or hangs.
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from strata.errors import StrataError
from strata.machine.folders import work_folder
from strata.machine.unforeseen import words
from strata.text.words import and_said

OLDEST = 20
"""The oldest major version, as package.json has it."""
ANSWER_SECONDS = 20.0
"""For `node --version`, which takes milliseconds."""

# jsii has a switch for each of its banners about Node. Node 20 ended on 2026-04-30 and jsii 1.142
# supports it no more since 2026-10-30; it writes the same JSON, so only this banner is silenced.
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")

INSTALL = f"install Node {OLDEST} or newer, and have it on the PATH"
PACKAGE_CACHE = "JSII_RUNTIME_PACKAGE_CACHE_ROOT"


@contextlib.contextmanager
def in_use() -> Iterator[None]:
    """A block that synthesizes; raises StrataError when Node cannot work, or ends early."""
    require()
    try:
        yield
    except (BrokenPipeError, json.JSONDecodeError) as error:
        raise StrataError(
            "Node ended before its work was done",
            "was it stopped, or is memory or disk used up? Else run this again with --debug",
        ) from error


def require() -> Path:
    """The executable; raises StrataError unless it and the folders it writes to can be used."""
    executable = find()
    check_temporary()
    choose_cache()
    return executable


def find(seconds: float = ANSWER_SECONDS) -> Path:
    """The executable, of a supported version."""
    name = os.environ.get("JSII_NODE", "node")
    executable = shutil.which(name)
    if executable is None:
        raise StrataError(f"{name} is not on the PATH", INSTALL)
    version, errors = _version(executable, seconds)
    match = re.fullmatch(r"v(\d+)\.\S+", version)
    if match is None:
        # A version manager says what it wants; Node itself what is wrong in NODE_OPTIONS.
        raise StrataError(f"{executable} prints no version{and_said(errors)}", INSTALL)
    if int(match[1]) < OLDEST:
        raise StrataError(f"Node {version} is too old: {executable}", INSTALL)
    return Path(executable)


@cache
def _version(executable: str, seconds: float) -> tuple[str, str]:
    """What it prints, and what it says on stderr."""
    try:
        answer = subprocess.run(
            [executable, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        raise StrataError(
            f"{executable} printed no version within {seconds:.0f} s", INSTALL
        ) from None
    except OSError as error:
        raise StrataError(f"{executable}: {words(error)}", INSTALL) from None
    return answer.stdout.strip(), answer.stderr


def check_temporary() -> None:
    """Raise StrataError unless the folder for temporary files can be written.

    Python chooses another folder by itself; Node and Terraform do not.
    """
    variables = ("TMPDIR", "TMP", "TEMP")
    name = next((variable for variable in variables if os.environ.get(variable)), "")
    folder = os.environ[name] if name else "/tmp"  # noqa: S108 - as Node has it
    error = _unwritable(Path(folder))
    if error:
        raise StrataError(
            f"temporary files cannot be written to {name + ' = ' if name else ''}{folder}: "
            f"{words(error)}",
            "make room there, or set TMPDIR to a folder that can be written",
        )


def choose_cache() -> None:
    """Have jsii unpack into `.strata` when its usual cache folder cannot be written."""
    if os.environ.get(PACKAGE_CACHE) or _unwritable(usual_cache(), make=True) is None:
        return
    own = work_folder() / "jsii"
    if _unwritable(own, make=True) is None:
        os.environ[PACKAGE_CACHE] = str(own)
    else:
        os.environ["JSII_RUNTIME_PACKAGE_CACHE"] = "disabled"


def usual_cache() -> Path:
    """The cache folder of jsii 1 (its `DiskCache`)."""
    # Without a home folder `~` stays as it is.
    home = Path(os.path.expanduser("~"))  # noqa: PTH111
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "com.amazonaws.jsii" / "package-cache"
    return home / ".cache" / "aws" / "jsii" / "package-cache"


def _unwritable(folder: Path, *, make: bool = False) -> OSError | None:
    """Why nothing can be written to a folder; None when it can."""
    try:
        if make:
            folder.mkdir(parents=True, exist_ok=True)
        # A check of permissions would not detect a full disk.
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"\0" * 4096)
    except OSError as error:
        return error
    return None
