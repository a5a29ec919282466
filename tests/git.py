"""git for a test, in a repository of its own."""

import subprocess
from pathlib import Path


def git(folder: Path, *words: str) -> str:
    """What git says there, whoever the user is."""
    given = ["-c", "user.name=a", "-c", "user.email=a@b.example", *words]
    return subprocess.run(
        ["git", "-C", folder, *given], capture_output=True, text=True, check=True
    ).stdout.strip()
