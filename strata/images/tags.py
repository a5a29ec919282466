"""The tag of an image: what ECR takes, and the git commit that names it by default."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from strata.errors import UsageError
from strata.settings.figures import IMAGE_TAG
from strata.settings.models import Registry

COMMIT_DIGITS = 12
"""Hexadecimal digits of a commit in a tag: enough to be unique in a large repository."""

DIRTY = "-dirty"
GIVE_TAG = "name the tag with --tag"


@dataclass(frozen=True)
class CommitTag:
    """A tag from the commit in a folder; `changed` are the files that differ from it."""

    tag: str
    changed: tuple[str, ...]


def check(tag: str, registry: Registry) -> None:
    """Raise UsageError for what is no tag, or cannot be one in this repository."""
    check_form(tag)
    if registry.immutable_tags and tag == "latest":
        raise UsageError(
            "--tag latest moves with every push, and the repository's tags are immutable",
            "the tag of one build, such as 1.0.0 or a commit",
        )


def check_form(tag: str) -> None:
    """Raise UsageError for what is no tag in any repository."""
    if not re.fullmatch(IMAGE_TAG, tag):
        raise UsageError(
            f"--tag {tag!r} is no image tag",
            "1 to 128 letters, digits, underscores, dots and hyphens, no dot or hyphen first",
        )


def from_commit(folder: Path) -> CommitTag:
    """The tag by the commit that `folder` is at; raises UsageError outside of a git repository.

    A file that differs from the commit, or that git does not know and does not ignore, may be in
    the image: the tag then ends with `-dirty`.
    """
    commit = _git(folder, "rev-parse", f"--short={COMMIT_DIGITS}", "HEAD").strip()
    status = _git(folder, "status", "--porcelain", "-z", "--no-renames", "--", ".")
    changed = tuple(entry[3:] for entry in status.split("\0") if entry)
    return CommitTag(f"{commit}{DIRTY if changed else ''}", changed)


def _git(folder: Path, *words: str) -> str:
    try:
        answer = subprocess.run(
            ["git", "-C", folder, *words],
            # Reading the status must not write to the index of another git that is at work.
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"},
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except FileNotFoundError:
        raise UsageError("there is no git to name the tag by its commit", GIVE_TAG) from None
    if answer.returncode:
        lines = answer.stderr.strip().splitlines() or ["git gave no reason"]
        raise UsageError(f"no git commit names the tag: {lines[0]}", GIVE_TAG)
    return answer.stdout
