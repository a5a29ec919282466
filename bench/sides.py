"""Runs two programs in turns and compares what they took; and the build to compare ours with."""

import os
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import ROOT

BEFORE = "8f27502"
"""The commit of 2026-11-28 whose time and memory are the measure."""

RUNS = 5

LAST_LINES = 40
"""Of what a program said, for one that fails: which test of a suite, and why."""


@dataclass(frozen=True)
class Program:
    """A command line, where it runs, and what is added to its environment."""

    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Took:
    """What a run took: seconds by the clock and of processor time, MiB of its largest process."""

    clock: float
    processor: float
    memory: float


def run(program: Program, code: int = 0) -> Took:
    """Run a program to its end, which must have this exit code."""
    environment = {**os.environ, **program.environment}
    # A user's Python keeps what it compiled; so do both sides here.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        process = subprocess.Popen(program.command, cwd=program.folder, env=environment, stdout=out)
        _, status, used = os.wait4(process.pid, 0)
        clock = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != code:
            out.seek(0)
            said = [line.decode(errors="replace") for line in out.readlines()[-LAST_LINES:]]
            command = " ".join(program.command)
            raise SystemExit(f"{''.join(said)}{command} ended with {process.returncode}")
    return Took(clock, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def in_turns(*programs: Program) -> list[Took]:
    """The least that each took of several runs, in turns, so that a busy machine slows all."""
    for program in programs:
        run(program)
    rounds = [[run(program) for program in programs] for _ in range(RUNS)]
    return [
        Took(
            min(one.clock for one in column),
            min(one.processor for one in column),
            min(one.memory for one in column),
        )
        for column in zip(*rounds, strict=True)
    ]


def row(name: str, ours: float, theirs: float, most: float, unit: str = "s") -> bool:
    """Print a row; whether the ratio is at most `most`."""
    ratio = ours / theirs
    verdict = "" if ratio <= most else "   MISSED"
    print(
        f"{name:44} {ours:8.2f} {unit} beside {theirs:8.2f} {unit}   "
        f"ratio {ratio:.2f}, at most {most}{verdict}"
    )
    return ratio <= most


def before(folder: Path) -> Path:
    """The build of `BEFORE` in `folder`, to be run with the packages of this one."""
    archive = folder / "before.tar"
    done = subprocess.run(
        ["git", "archive", "--output", archive, BEFORE],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise SystemExit(
            f"the build to compare with, commit {BEFORE}, is not in this clone: "
            f"{done.stderr.strip()}\ngit fetch --unshallow brings a shallow clone's history"
        )
    with tarfile.open(archive) as tar:
        tar.extractall(folder / "before", filter="data")
    return folder / "before"


def strata(build: Path, *arguments: str) -> Program:
    """`strata` of a build, with this interpreter and its packages."""
    return Program([sys.executable, "-m", "strata", *arguments], build, {"PYTHONPATH": str(build)})
