"""Node is talked to directly, and as jsii always does where that does not fit."""

import base64
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest
from jsii._embedded import jsii as embedded

from modules import direct_node
from tests import ROOT

START = """
import os, sys
import modules
from jsii._runtime import kernel
def print_started():
    process = kernel.provider._process._process
    print(process.args[-1])
    print(process.pid, os.environ.get("NODE_PRESERVE_SYMLINKS"))
print_started()
"""

ANEW = """
for name, value in zip(sys.argv[1::2], sys.argv[2::2]):
    kernel.provider._process.stop()
    os.environ[name] = value
    kernel.provider._process.start()
    print_started()
"""
"""Starts Node once more with each of these variables."""


def unpacked(folder: Path) -> Path:
    """jsii's runtime as jsii itself unpacks it; gives the file that it starts."""
    for name, place in embedded.EMBEDDED_FILES.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_bytes((resources.files(embedded) / name).read_bytes())
    return folder / embedded.EMBEDDED_FILES[embedded.ENTRYPOINT]


def run(program: str, *arguments: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A runtime of the user's own."""
    return str(unpacked(tmp_path_factory.mktemp("own")))


@pytest.fixture(scope="module")
def started(own: str) -> list[str]:
    """What one process prints that starts Node as it is, with a variable that the launcher sets
    itself, and with a runtime of the user's own."""
    return run(START + ANEW, "NODE_PRESERVE_SYMLINKS", "0", "JSII_RUNTIME", own)


def test_python_starts_the_program_itself_and_keeps_its_environment(started: list[str]) -> None:
    script, after, again, kept = started[:4]
    assert Path(script).name == Path(again).name == "direct_node.js"
    assert after.endswith(" None")
    assert kept.endswith(" 0")


def test_a_runtime_of_the_users_own_is_started(started: list[str], own: str) -> None:
    assert started[4] == own


@pytest.mark.parametrize(
    "change",
    [
        "P._NodeProcess._jsii_runtime = lambda self: OWN",
        "del P._NodeProcess._jsii_runtime; P._NodeProcess.__getattr__ = lambda self, name: "
        "(lambda: OWN)",
    ],
    ids=["another program", "another class"],
)
def test_another_jsii_is_started_as_it_always_is(change: str, tmp_path: Path) -> None:
    own = unpacked(tmp_path)
    program = own.parent.parent / "lib" / "program.js"
    text = program.read_text()
    assert direct_node.CHANNEL.decode() in text
    program.write_text(text.replace("readFD:3,writeFD:3", "readFD:3, writeFD:3"))
    before = f"from jsii._kernel.providers import process as P\nOWN = {str(own)!r}\n{change}"
    assert run(f"{before}\n{START}")[0] == str(own)


@pytest.fixture
def node(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    """The launcher with a program that says back what it reads, and prints it."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "lib").mkdir()
    (tmp_path / "bin" / "direct_node.js").write_bytes(direct_node.LAUNCHER.read_bytes())
    (tmp_path / "lib" / "program.js").write_text(
        """
        const fs = require("fs");
        const buffer = Buffer.alloc(4096);
        for (;;) {
          const size = fs.readSync(3, buffer, 0, buffer.length, null);
          if (size === 0) break;
          const line = buffer.subarray(0, size).toString().trim();
          if (line === "fail") throw new Error("no such luck");
          console.log("out", line);
          console.error("err", line);
          const file = fs.openSync(__filename);
          fs.closeSync(file);
          fs.writeSync(3, `${line} ${file !== 3}\\n`);
        }
        """
    )
    with subprocess.Popen(
        ["node", tmp_path / "bin" / "direct_node.js"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


def decoded(line: str) -> dict[str, str]:
    return {name: base64.b64decode(text).decode() for name, text in json.loads(line).items()}


def test_what_is_printed_is_kept_apart_from_the_channel(node: "subprocess.Popen[str]") -> None:
    out, err = node.communicate("a line")
    assert out == "a line true\n"
    assert [decoded(line) for line in err.splitlines()] == [
        {"stdout": "out a line\n"},
        {"stderr": "err a line\n"},
    ]
    assert node.returncode == 0


def test_an_error_of_the_program_is_told_and_ends_it(node: "subprocess.Popen[str]") -> None:
    out, err = node.communicate("fail")
    assert (out, node.returncode) == ("", 1)
    [line] = err.splitlines()
    assert "Error: no such luck" in decoded(line)["stderr"]


def test_node_ends_with_the_python_that_started_it() -> None:
    program = START + "sys.stdout.flush(); os.kill(os.getpid(), 9)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == -9
    pid = int(done.stdout.splitlines()[1].split()[0])
    deadline = time.monotonic() + 60
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
