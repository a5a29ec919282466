"""Python goes on while Node loads packages, and hears of an error before it asks for more."""

import subprocess
import sys

import pytest

from tests import ROOT

LOAD = """
import sys
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


ASKED = "print(unread(), kernel.stats().object_count, unread())\n"

FAILS = """
from jsii.errors import JSIIError
kernel.load("absent", "1.0.0", "/nowhere/absent.tgz")
for _ in range(2):
    try:
        print(kernel.stats().object_count)
    except JSIIError as error:
        print("/nowhere/absent.tgz" in str(error))
"""

INSTEAD = """
# Something to be read before it.
there = sys.modules["constructs._jsii"].__jsii_assembly__
there.load(there.name, there.version, there.module, there.filename)
ways = []
load_ahead.load_or(lambda: ways.append("another"), kernel, "absent", "1.0.0", "/nowhere.tgz")
print(len(ways), kernel.stats().object_count, len(ways))
"""

ANOTHER_JSII = """
from jsii._kernel.providers import process as P
del P._NodeProcess.handshake
P._NodeProcess.__getattr__ = lambda self, name: self._next_message
"""


@pytest.fixture(scope="module")
def said() -> list[str]:
    """What one process prints in turn: ASKED, FAILS and INSTEAD."""
    return run(ASKED + FAILS + INSTEAD)


def test_answers_are_read_before_the_first_request_of_another_kind(said: list[str]) -> None:
    # That Node is up, and that it has loaded two packages.
    assert said[0] == "3 0 0"


def test_what_was_asked_before_is_read_as_it_always_is() -> None:
    # The answer about the second package is left.
    assert run(ASKED, "import constructs._jsii\n") == ["1 0 0"]


def test_a_package_that_cannot_be_loaded_is_an_error_of_the_next_request(said: list[str]) -> None:
    assert said[1:3] == ["True", "0"]


def test_another_way_is_taken_where_a_package_cannot_be_loaded(said: list[str]) -> None:
    assert said[3:] == ["0 0 1"]


def test_with_another_jsii_it_is_taken_at_once() -> None:
    assert run(INSTEAD, ANOTHER_JSII) == ["1 0 1"]
