"""Python goes on while Node loads packages, and hears of an error before it asks for more."""

import subprocess
import sys

import pytest

from tests import ROOT

LOAD = """
import json
import modules
from modules import load_ahead
from jsii._runtime import kernel
import constructs._jsii
import cdktf._jsii
process = kernel.provider._process
def unread():
    return len(getattr(process, load_ahead.AHEAD, []))
"""


def run(program: str, before: str = "") -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", before + LOAD + program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize(("before", "unread"), [("", 3), ("import constructs._jsii\n", 1)])
def test_answers_are_read_before_the_first_request_of_another_kind(
    before: str, unread: int
) -> None:
    # That Node is up, and that it has loaded two packages; or the second of them alone.
    program = "print(unread(), kernel.stats().object_count, unread())"
    assert run(program, before) == [f"{unread} 0 0"]


FAILS = """
from jsii.errors import JSIIError
kernel.load("absent", "1.0.0", "/nowhere/absent.tgz")
for _ in range(2):
    try:
        print(kernel.stats().object_count)
    except JSIIError as error:
        print("/nowhere/absent.tgz" in str(error))
"""


def test_a_package_that_cannot_be_loaded_is_an_error_of_the_next_request() -> None:
    assert run(FAILS) == ["True", "0"]


INSTEAD = """
ways = []
load_ahead.load_or(lambda: ways.append("another"), kernel, "absent", "1.0.0", "/nowhere.tgz")
print(len(ways), kernel.stats().object_count, len(ways))
"""

ANOTHER_JSII = """
from jsii._kernel.providers import process as P
del P._NodeProcess.handshake
P._NodeProcess.__getattr__ = lambda self, name: self._next_message
"""


@pytest.mark.parametrize(("before", "found"), [("", "0 0 1"), (ANOTHER_JSII, "1 0 1")])
def test_another_way_is_taken_where_a_package_cannot_be_loaded(before: str, found: str) -> None:
    assert run(INSTEAD, before) == [found]
