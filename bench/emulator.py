"""What it costs an apply of `local` that the emulator is strict: `python -m bench.emulator`.

Terraform applies the composed stack, with nothing of Strata's around it, on the emulator and on one
that refuses nothing and plays no ECS (`bench/lenient.py`), in turns. Takes about ten minutes.
"""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import ROOT
from bench.sides import row
from strata.local import emulator
from strata.settings import load
from strata.synthesis.synthesize import synthesize
from strata.terraform.binary import terraform
from strata.terraform.children import chdir
from strata.terraform.plugins import terraform_environment

MOST = 1.1
RUNS = 3
SIDES = ("emulator", "bench.lenient")
"""The modules that serve: the emulator, and the one to compare it with."""
START_SECONDS = 60


@dataclass(frozen=True)
class Took:
    """Seconds of an apply: by the clock, and of processor time, Terraform with the provider and the
    emulator apart."""

    clock: float
    terraform: float
    emulator: float

    @property
    def processor(self) -> float:
        """Processor time of all of it."""
        return self.terraform + self.emulator


def processor_time(pid: int) -> float:
    """Seconds of processor time that a process has used, in user mode and in the kernel (proc(5),
    fields 14 and 15 of stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def serving(module: str, log: Path) -> Iterator[int]:
    """An emulator that `module` serves and this process is aimed at; gives its process number."""
    before, port = dict(os.environ), emulator.free_port()
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [emulator.python(), "-m", module, str(port)], cwd=ROOT, stdout=out, stderr=out
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not emulator.answers(url):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{module} did not start: see {log}")
            time.sleep(0.1)
        emulator.aim(url)
        settings = load("local")
        emulator.delegate(url, settings.edge.domain)
        emulator.push(url, "shop-local", settings.service.image_tag)
        yield process.pid
    finally:
        os.environ.clear()
        os.environ.update(before)
        process.terminate()
        process.wait()


def apply(stack: Path, module: str) -> Took:
    """Apply a copy of a stack on an emulator of its own."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, "stack")
        shutil.copytree(stack, folder)
        with serving(module, Path(temporary, "log")) as pid:
            _run(folder, "init", "-input=false")
            served, start = processor_time(pid), time.perf_counter()
            used = _run(folder, "apply", "-input=false", "-auto-approve")
            clock = time.perf_counter() - start
            return Took(clock, used, processor_time(pid) - served)


def _run(folder: Path, *words: str) -> float:
    """Run Terraform; the processor time of it and its provider."""
    process = subprocess.Popen(
        [terraform(), chdir(folder), *words],
        env={**os.environ, **terraform_environment()},
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"terraform {words[0]} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime


def least(runs: list[Took]) -> Took:
    """The least of each, since a busy machine only adds."""
    return Took(
        min(one.clock for one in runs),
        min(one.terraform for one in runs),
        min(one.emulator for one in runs),
    )


def compared(strict: Took, lenient: Took) -> bool:
    """Print both; whether the strict one is within its limit."""
    for name, one in (("strict", strict), ("lenient", lenient)):
        print(f"{name:8} Terraform {one.terraform:6.1f} s, emulator {one.emulator:6.1f} s")
    held = [
        row("applying local on the strict emulator", strict.clock, lenient.clock, MOST),
        row("  its processor time", strict.processor, lenient.processor, MOST),
    ]
    return all(held)


def main() -> None:
    """Measure and print; a ratio beyond its limit fails."""
    with tempfile.TemporaryDirectory() as temporary:
        synthesize([load("local")], Path(temporary))
        stack = Path(temporary, "composed", "local")
        rounds = [[apply(stack, module) for module in SIDES] for _ in range(RUNS)]
    strict, lenient = (least(list(column)) for column in zip(*rounds, strict=True))
    if not compared(strict, lenient):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
