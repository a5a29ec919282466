"""Which tests need Terraform, the emulator, a browser or servers: `make check` leaves them out.

A fixture says it for the tests that use it; others carry the mark themselves. A test that starts
one of the four without its mark fails in `make check`, so nobody can forget one.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FIXTURES = {
    "aws": "emulator",
    "browser": "browser",
    "mysql": "servers",
    "planned": "emulator",
    "redis": "servers",
    "registry": "servers",
    "tool": "terraform",
    "validate": "terraform",
}
"""A fixture -> the mark of the tests that use it, themselves or by another fixture."""

IN_PATH = {
    "terraform": ("/terraform",),
    "emulator": ("/emulator-venv/",),
    "browser": ("/playwright/",),
    "servers": ("/mariadb", "docker-registry"),
}
"""A mark -> what the path of a program that needs this mark has in it, one of these."""

CHECK = "not terraform"
"""Part of the expression of marks by which `make check` leaves tests out."""

TEMPORARY = tempfile.gettempdir()
"""The folder that tests have their own in; one of them may call another folder that, meanwhile."""

running: list[pytest.Item] = []


def mark(items: list[pytest.Item]) -> None:
    """Mark what uses one of the fixtures."""
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            if fixture in FIXTURES:
                item.add_marker(FIXTURES[fixture])


def pytest_configure(config: pytest.Config) -> None:
    """Where tests with a mark are left out: look at every program that another one starts."""
    if CHECK not in config.getoption("markexpr"):
        return
    real: Any = subprocess.Popen.__init__

    def started(self: Any, args: Any, *rest: Any, **options: Any) -> None:
        words = [args] if isinstance(args, str | os.PathLike) else list(args)
        _judge(os.fspath(words[0]))
        real(self, args, *rest, **options)

    subprocess.Popen.__init__ = started  # type: ignore[method-assign]
    _stand_in()


def _judge(program: str) -> None:
    # A test may have a `terraform` of its own, which does what the test is about.
    own = program.startswith(TEMPORARY)
    for mark, parts in IN_PATH.items():
        if any(part in program for part in parts) and not own and running:
            pytest.fail(f"{program} is started: the test needs @pytest.mark.{mark}", pytrace=False)


def _stand_in() -> None:
    """A `terraform` that is found before the real one, and writes down that it was called."""
    folder = Path(tempfile.mkdtemp(prefix="strata-no-terraform-"))
    called = folder / "called"
    os.environ["STRATA_TERRAFORM_CALLED"] = str(called)
    script = folder / "terraform"
    script.write_text(f'#!/bin/sh\necho "terraform $*" >> {called}\nexit 1\n')
    script.chmod(0o755)
    os.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Know which test runs."""
    running.append(item)
    try:
        return (yield)
    finally:
        running.pop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail a test whose own processes called Terraform, though it has no mark for that."""
    try:
        result = yield
    except BaseException as error:
        # Failed for that very reason, as often as not; and the next test has done nothing.
        if said := _called():
            error.add_note(f"{item.nodeid} needs @pytest.mark.terraform; it called: {said}")
        raise
    if said := _called():
        pytest.fail(f"{item.nodeid} needs @pytest.mark.terraform; it called: {said}")
    return result


def _called() -> str:
    """What the stand-in wrote down since the last question."""
    file = Path(os.environ.get("STRATA_TERRAFORM_CALLED") or os.devnull)
    if not file.is_file():
        return ""
    said = file.read_text()
    file.unlink()
    return said
