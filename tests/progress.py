"""Says which file's tests are done while others run, and what repeats a failed test alone."""

import shlex
from collections import Counter, defaultdict

import pytest

left: Counter[str] = Counter()
took: defaultdict[str, float] = defaultdict(float)
failed: dict[str, None] = {}


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_node_collection_finished(ids: list[str]) -> None:
    """Count the tests of each file; every worker collects the same."""
    if not left:
        left.update(map(_file, ids))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Say that a file is done once all its tests are."""
    file = _file(report.nodeid)
    took[file] += report.duration
    if report.failed:
        failed[report.nodeid] = None
    if report.when == "teardown" and file in left:
        left[file] -= 1
        if not left[file]:
            del left[file]
            print(f"\n{file}: done, {took[file]:.0f} s; {len(left)} more", flush=True)  # noqa: T201


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the command that runs each failed test without the others."""
    profile = terminalreporter.config.getoption("--hypothesis-profile")
    part = f"--hypothesis-profile {profile} " if profile else ""
    for nodeid in failed:
        command = f".venv/bin/python -m pytest {part}{shlex.quote(nodeid)}"
        terminalreporter.write_line(f"repeat it alone: {command}")
