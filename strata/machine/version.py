"""The version of this Strata, and the git commit that it comes from.

Imports nothing but Python's own library, so that `strata --version` answers where nothing else is
installed, and so that the build (`hatch_build.py`) can use it too.
"""

import subprocess
from pathlib import Path

from strata import __version__

PACKAGE = Path(__file__).resolve().parents[1]
COMMIT = "commit.txt"
"""In a built package: the `commit_of` of the folder that it was built from."""


def version_text(package: Path = PACKAGE) -> str:
    """A line for people and bug reports."""
    return f"strata {__version__} (commit {commit(package) or 'unknown'})"


def commit(package: Path = PACKAGE) -> str:
    """The commit of an installed package, or of the clone it runs from; empty if unknown."""
    built = package / COMMIT
    if built.is_file():
        return built.read_text(encoding="utf-8").strip()
    return commit_of(package.parent)


def commit_of(clone: Path) -> str:
    """The commit of a git clone in 12 digits, with `-dirty` where files differ from it.

    Empty where the folder is not the top of a clone: the package may lie in another repository.
    """
    if not (clone / ".git").exists():
        return ""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        answer = subprocess.run(command, cwd=clone, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return answer.stdout.strip()
