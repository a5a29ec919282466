"""The two forms of an image in one file: what `docker save` writes, and the OCI image layout."""

import tarfile
from pathlib import Path
from typing import Literal

from strata.errors import UsageError

Form = Literal["docker-archive", "oci-archive"]
"""The names of the forms in containers-transports(5)."""


def form(archive: Path) -> Form:
    """The form of an image archive; raises UsageError for any other file.

    Docker 25 and later write both forms into one file; `manifest.json` is what older readers know.
    """
    names: set[str] = set()
    try:
        with tarfile.open(archive) as members:
            for member in members:
                names.add(member.name.removeprefix("./"))
                if "manifest.json" in names:
                    return "docker-archive"
    except (tarfile.TarError, EOFError) as error:
        raise UsageError(f"--archive {archive} is no tar file", _WANTED) from error
    except OSError as error:
        raise UsageError(
            f"--archive {archive} cannot be read: {error.strerror}", _WANTED
        ) from error
    if "oci-layout" not in names:
        raise UsageError(f"--archive {archive} holds neither manifest.json nor oci-layout", _WANTED)
    return "oci-archive"


_WANTED = "a file as docker save or podman save --format oci-archive writes it"
