"""Engines that only write down how they were called: programs on a PATH of their own."""

import ast
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

SCRIPT = """#!{python} -IS
import os, sys
name = os.path.basename(sys.argv[0])
words = sys.argv[1:]
stdin = "" if sys.stdin.isatty() else sys.stdin.read()
folder = "{folder}"
environment = {{k: v for k, v in os.environ.items() if k.startswith(("BUILDX", "DOCKER"))}}
with open(folder + "/calls", "a") as calls:
    call = dict(program=name, words=words, stdin=stdin, environment=environment)
    calls.write(repr(call) + "\\n")
if "--iidfile" in words:
    open(words[words.index("--iidfile") + 1], "w").write("sha256:" + "a" * 64)
for part, (code, text) in {answers}.items():
    if part in " ".join(words):
        print(text, file=sys.stderr if code else sys.stdout)
        sys.exit(code)
"""
"""Python without its packages and without `json`, which take longer than all that it does."""


@dataclass(frozen=True)
class Call:
    """How an engine was called."""

    program: str
    words: list[str]
    stdin: str
    environment: dict[str, str]


@dataclass(frozen=True)
class StandIns:
    """Puts engines on the PATH."""

    folder: Path

    def put(self, name: str, answers: Mapping[str, tuple[int, str]] | None = None) -> None:
        """An engine that answers a command, whose words hold a key, with an exit code and text."""
        script = self.folder / name
        given = dict(answers or {})
        script.write_text(SCRIPT.format(python=sys.executable, folder=self.folder, answers=given))
        script.chmod(0o755)

    def calls(self) -> list[Call]:
        """All calls so far."""
        file = self.folder / "calls"
        lines = file.read_text().splitlines() if file.exists() else []
        return [Call(**ast.literal_eval(line)) for line in lines]


def make(folder: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    """No engine at first: nothing else is on the PATH."""
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("DOCKER_CONFIG", str(folder / "no-docker-configuration"))
    return StandIns(folder)
