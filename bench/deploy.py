"""`strata deploy` beside a plan and an apply of a changed tag, and `strata status`.

`python -m bench.deploy`; each figure is the least of three runs, of `local` as it stands on an
emulator. Takes about five minutes, most of it to apply `local` once. Exit code 1 where a target is
missed.
"""

import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

from bench import ROOT
from bench.applied import apply_all
from bench.sides import Took, row, run, strata
from strata.apply.layer import LayerWork
from strata.local import emulator
from strata.settings import Settings, load
from strata.state.bucket import bootstrap
from strata.synthesis.synthesize import synthesize
from strata.terraform.binary import terraform
from strata.terraform.plugins import terraform_environment
from strata.terraform.process import Terraform

RUNS = 3
MOST = 0.15
STATUS_SECONDS = 1.5


@dataclass(frozen=True)
class Measured:
    """Seconds of `strata deploy` until ECS has the revision, of `strata plan` and `strata apply`
    of a changed tag; and what `strata status` took."""

    deploy: float
    plan: float
    apply: float
    status: Took


def took(*words: str | Path, code: int = 0) -> Took:
    """What a `strata` command took."""
    return run(strata(ROOT, *map(str, words)), code)


def measure(folder: Path) -> Measured:
    """Measure all of it, on an emulator of its own."""
    settings = load("local")
    with emulator.emulator(folder / "emulator") as running:
        emulator.delegate(running.url, settings.edge.domain)
        for number in range(2 * RUNS + 1):
            emulator.push(running.url, "shop-local", _tag(number))
        emulator.push(running.url, "shop-local", settings.service.image_tag)
        bootstrap(settings.environment)
        _apply(settings, folder)
        # Makes what is kept, such as the schemas.
        took("plan", "local", "--out", folder / "review")
        env = folder / "local.toml"
        changed = [_changed(env, settings, folder, _tag(number)) for number in range(RUNS)]
        deploys = [
            # Not watched: it ends when ECS has the revision and the parameter is written.
            took("deploy", env, "--tag", _tag(number), "--no-watch", "--replace").clock
            for number in range(RUNS, 2 * RUNS)
        ]
        plan, apply = min(changed, key=sum)
        states = [took("status", env) for _ in range(RUNS)]
        return Measured(min(deploys), plan, apply, min(states, key=lambda one: one.clock))


def _apply(settings: Settings, folder: Path) -> None:
    synthesize([settings], folder)
    tool = Terraform(terraform(), terraform_environment(), folder / "logs")
    apply_all(LayerWork(settings, folder / "stacks", tool, threading.Lock()))


def _changed(env: Path, settings: Settings, folder: Path, tag: str) -> tuple[float, float]:
    """Seconds of a plan and of an apply of another tag."""
    text = (ROOT / "envs" / "local.toml").read_text()
    before = f'image_tag = "{settings.service.image_tag}"'
    assert before in text
    env.write_text(text.replace(before, f'image_tag = "{tag}"'))
    review = folder / tag
    # 2: there are changes.
    plan = took("plan", env, "--out", review, code=2)
    return plan.clock, took("apply", env, "--reviewed", review).clock


def _tag(number: int) -> str:
    return f"bench-{number}"


def told(found: Measured) -> bool:
    """Print a row for each; whether all are within their targets."""
    name = "strata deploy, and plan and apply of a tag"
    within = row(name, found.deploy, found.plan + found.apply, MOST)
    print(f"  plan {found.plan:.1f} s, apply {found.apply:.1f} s")
    late = found.status.clock > STATUS_SECONDS
    verdict = "   MISSED" if late else ""
    print(f"{'strata status':44} {found.status.clock:8.2f} s, at most {STATUS_SECONDS} s{verdict}")
    # On a busy machine this alone says something: no ratio stands for a limit in seconds.
    print(f"  processor time {found.status.processor:.2f} s")
    return within and not late


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(0 if told(measure(Path(folder))) else 1)


if __name__ == "__main__":
    main()
