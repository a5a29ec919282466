"""Reads JSON of botocore and moto (AWS's models, instance types, regions) at a fifth of the cost.

Each process parsed it anew, much of it packed, and some for each of its readers: EC2's model is
4 MB, and instance types are 92 files. That was a third of the processor time of a start and a tenth
of that of an apply's requests. What was parsed is kept beside the packages as Python keeps modules,
marshalled, with the time and size of its source; one that is cut off, of another Python or not
writable is as good as none. Readers get objects of their own, as before.
"""

import contextlib
import gzip
import json
import marshal
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
from botocore.loaders import JSONFileLoader

KEPT = Path(sys.prefix) / "parsed"
"""In the emulator's own virtual environment, which is made anew for other packages."""

LIBRARIES = Path(botocore.session.__file__).parents[1]


def parsed(source: Path, read: Callable[[], bytes]) -> Any:
    """The JSON of `source`, whose text `read` gives."""
    try:
        path, stamp = _place(source)
    except (OSError, ValueError):
        # None of the packages': a model of the user's.
        return json.loads(read())
    with contextlib.suppress(OSError, EOFError, ValueError, TypeError):
        found, value = marshal.loads(path.read_bytes())  # noqa: S302 - as Python does its modules
        if found == stamp:
            return value
    value = json.loads(read())
    _keep(path, marshal.dumps((stamp, value)))
    return value


def _place(source: Path) -> tuple[Path, tuple[str, int, int]]:
    """Where the parsed form of a file is kept, and what it must say of its source."""
    stat = source.stat()
    name = ".".join(source.relative_to(LIBRARIES).parts)
    return KEPT / name, (sys.version, stat.st_mtime_ns, stat.st_size)


def _keep(path: Path, content: bytes) -> None:
    """Write a file as a whole or not at all: others may read and write it at this moment."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        # On a full disk the part goes with its folder.
        with tempfile.TemporaryDirectory(dir=path.parent) as own:
            part = Path(own, path.name)
            part.write_bytes(content)
            part.replace(path)


def _load_file(_: Any, full_path: str, open_method: Callable[..., Any]) -> Any:
    source = Path(full_path)
    if not source.is_file():
        return None

    def read() -> bytes:
        with open_method(full_path, "rb") as file:
            return bytes(file.read())

    return parsed(source, read)


def _load_resource(resource: str) -> Any:
    """moto's own of that name: the packed file, where there is one."""
    path = LIBRARIES / "moto" / resource
    packed = path if resource.endswith(".gz") else path.with_name(f"{path.name}.gz")
    if packed.is_file():
        return parsed(packed, lambda: gzip.decompress(packed.read_bytes()))
    return parsed(path, path.read_bytes)


def keep() -> None:
    """Read it so in this process, and let all sessions of botocore's share what was read.

    Before moto is imported, which reads the regions of EC2 at once, with three sessions.
    """
    JSONFileLoader._load_file = _load_file  # type: ignore[attr-defined]
    botocore.session.create_loader = cache(botocore.session.create_loader)

    from moto.utilities import utils  # noqa: PLC0415 - moto's services take the name from here

    utils.load_resource = _load_resource
