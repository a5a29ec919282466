"""Puts Terraform's lock file into every stack's folder before Terraform runs there.

Without a lock file the first `init` of a folder trusts its download and records it. With a lock
file it takes the provider that was reviewed, on every machine and in plain `cdktf deploy` too.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from strata.documents.layers import ALL_LAYERS, stack_name
from strata.machine.files import write_whole
from strata.machine.folders import project

NAME = ".terraform.lock.hcl"

_CHECKSUM = re.compile(r'"(?:h1|zh):[^"]+"')


def write(out: Path, environments: Iterable[str]) -> None:
    """Put the project's lock file into the stacks below `out` whose lock file lacks its checksums.

    Terraform adds checksums of its own to a lock file; a file with all of ours stays.
    """
    ours = (project() / NAME).read_text(encoding="utf-8")
    for name in environments:
        stacks = [out / "stacks" / stack_name(name, layer) for layer in ALL_LAYERS]
        for folder in (*stacks, out / "composed" / name):
            file = folder / NAME
            if folder.is_dir() and not (file.is_file() and _covers(file, ours)):
                # The Terraform of another strata may read it at this moment.
                write_whole(file, ours)


def _covers(file: Path, ours: str) -> bool:
    theirs = file.read_text(encoding="utf-8", errors="replace")
    return set(_CHECKSUM.findall(ours)) <= set(_CHECKSUM.findall(theirs))
