"""Settings and synthesized JSON that many tests read."""

import gc
import json
import os
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from strata.gate.scan import load_policies
from strata.machine import folders
from strata.machine.folders import Folders
from strata.settings import Settings, load
from strata.synthesis.synthesize import synthesize
from tests import ROOT, drawn
from tests.browser import browser, context, page
from tests.composing import compose
from tests.needs import (
    mark,
    pytest_configure,
    pytest_runtest_call,
    pytest_runtest_protocol,
)
from tests.progress import (
    pytest_runtest_logreport,
    pytest_terminal_summary,
    pytest_xdist_node_collection_finished,
)
from tests.read_ahead import pytest_sessionstart

__all__ = [
    "browser",
    "context",
    "drawn",
    "page",
    "pytest_configure",
    "pytest_runtest_call",
    "pytest_runtest_logreport",
    "pytest_runtest_protocol",
    "pytest_sessionstart",
    "pytest_terminal_summary",
    "pytest_xdist_node_collection_finished",
]

Json = dict[str, Any]

# Most of what is made here stays: modules, models, bindings. Python's collector looks through them
# after each 700 things that are made, which was a third of the processor time of many a test.
gc.set_threshold(1_000_000, 10, 10)

# Plain checkov and networkx load NumPy, whose OpenBLAS starts a thread for each processor.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Tests that go to another folder still work on this project.
folders.use(Folders.of(ROOT))

LONG = (
    "review/test_plan.py",
    "end_to_end/test_local.py",
    "end_to_end/test_killed.py",
    "end_to_end/test_drift.py",
    "end_to_end/test_first_day.py",
    "end_to_end/test_full.py",
    "end_to_end/test_import.py",
    "end_to_end/test_cdktf.py",
    "end_to_end/test_app_user_applied.py",
    "end_to_end/test_existing_network.py",
    "end_to_end/test_refused.py",
)
"""The files that take longest, each with a system of its own and mostly waiting for it."""


def pytest_sessionfinish() -> None:
    """Have pytest's look for garbage at its end, 3 s in each process, find what is new alone."""
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs more than Python, and begin with the longest files: a run ends with them."""
    mark(items)
    folder = Path(__file__).parent
    place = {folder / name: index for index, name in enumerate(LONG)}
    if gone := [str(path) for path in place if not path.is_file()]:
        raise pytest.UsageError(f"tests/conftest.py names {', '.join(gone)}, which is not there")
    items.sort(key=lambda item: place.get(item.path, len(LONG)))


# Run in the background of a script, or by nohup, this process ignores these two, and so would every
# command that a test starts and stops by them. A handler is not passed on, and ends nothing here.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, lambda *_: None)


@pytest.fixture
def work_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Has Strata work in another folder than `.strata`, synthesized JSON apart."""

    def choose(work: Path) -> None:
        chosen = Folders(ROOT, work, ROOT / "cdktf.out")
        monkeypatch.setattr(folders.CHOSEN, "folders", chosen)

    return choose


def _synthesized(factory: pytest.TempPathFactory, name: str, environments: Sequence[str]) -> Path:
    """The folder of a synthesis that is made once for all workers of pytest-xdist."""
    base = factory.getbasetemp()
    # Each worker has a folder of its own below one of the run.
    folder = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    out, done = folder / name, folder / f"{name}.done"
    with FileLock(folder / f"{name}.lock"):
        if not done.exists():
            synthesize([load(one) for one in environments], out)
            done.touch()
    return out


@pytest.fixture(scope="session")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that a synthesis of all four environments wrote."""
    return _synthesized(tmp_path_factory, "synthesized", ("local", "dev", "staging", "prod"))


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that a synthesis of the reference wrote, as it was clicked together."""
    return _synthesized(tmp_path_factory, "reference", [str(ROOT / "tests" / "as-blogged.toml")])


@pytest.fixture(scope="session")
def composed_reference(reference: Path) -> Json:
    """The JSON of its composed stack."""
    return dict(json.loads((reference / "composed" / "as-blogged" / "cdk.tf.json").read_text()))


@pytest.fixture(scope="session")
def stack(synthesized: Path) -> Callable[[str], Json]:
    """Stack name -> its JSON."""

    def read(name: str) -> Json:
        text = (synthesized / "stacks" / name / "cdk.tf.json").read_text()
        return dict(json.loads(text))

    return read


@pytest.fixture(scope="session")
def composed(synthesized: Path) -> Callable[[str], Json]:
    """Environment -> the JSON of its composed stack."""

    def read(name: str) -> Json:
        return dict(json.loads((synthesized / "composed" / name / "cdk.tf.json").read_text()))

    return read


@pytest.fixture(scope="session")
def checkov_here() -> None:
    """checkov in this process: without it each `strata gate` starts one that imports checkov, which
    takes longer than the verdict."""
    load_policies()


@pytest.fixture
def composed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands in this process compose the same settings once."""
    monkeypatch.setattr("strata.synthesis.synthesize.compose", compose)


@pytest.fixture(scope="session")
def vary() -> Callable[..., Json]:
    """Composes `local` with some sections changed."""

    def composed_with(**sections: Json) -> Json:
        data = load("local").model_dump()
        for name, changes in sections.items():
            data[name].update(changes)
        return compose(Settings.model_validate(data))

    return composed_with
