"""The README shows `prod` as it is, in any process; `strata map` writes what it says."""

import json
import os
import subprocess
import sys
import webbrowser
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from strata.commands.demo import write_views
from strata.documents.stacks import stack
from strata.map.write import files
from strata.settings import load
from tests import ROOT
from tests.gate.command import Command
from tests.reviews import write_review

Json = dict[str, Any]


@pytest.fixture(scope="module")
def drawings(composed: Callable[[str], Json]) -> Mapping[str, str]:
    """The files of the map of `prod`."""
    region = load("prod").environment.region
    return files(stack(composed("prod")), "shop-prod", region)


@pytest.mark.parametrize("picture", ["network", "system"])
def test_the_readme_shows_prod_as_it_is(picture: str, drawings: Mapping[str, str]) -> None:
    """When this fails: `make images`, and look at what changed."""
    image = f"docs/images/prod-{picture}.svg"
    assert f"]({image})" in (ROOT / "README.md").read_text()
    assert (ROOT / image).read_text() == drawings[f"{picture}.svg"]


PROGRAM = """
import json, sys
from pathlib import Path
from strata.map.write import files
from strata.documents.stacks import stack
made = files(stack(json.loads(Path(sys.argv[1]).read_text())), "shop-prod", sys.argv[2])
sys.stdout.write(json.dumps(made))
"""


def test_the_same_stack_gives_the_same_bytes(
    synthesized: Path, drawings: Mapping[str, str]
) -> None:
    """In a process that orders its sets differently from this one."""
    stack_file = synthesized / "composed" / "prod" / "cdk.tf.json"
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    made = subprocess.run(
        [sys.executable, "-c", PROGRAM, stack_file, load("prod").environment.region],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        check=True,
    ).stdout
    assert len(made) > 100_000
    assert json.loads(made) == drawings


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The `strata` command, in this process."""
    return Command(monkeypatch, capsys)


def test_the_command_writes_the_page_and_both_pictures(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", str(browser))
    # As in a new process, which has not looked for browsers yet.
    monkeypatch.setattr(webbrowser, "_tryorder", None)
    target = tmp_path / "new" / "map"
    answer = command("map", "local", "--out", target, "--open")
    assert answer.code == 0, answer.err
    written = [target / name for name in ("map.html", "network.svg", "system.svg")]
    assert answer.out.splitlines() == [str(one) for one in written]
    assert all(one.stat().st_size > 10_000 for one in written)
    assert (tmp_path / "opened").read_text().strip() == written[0].as_uri()


def test_a_folder_without_a_plan_is_refused(command: Command, tmp_path: Path) -> None:
    answer = command("map", "local", "--out", tmp_path / "map", "--plan", tmp_path)
    assert answer.code == 2
    assert "review.json" in answer.err
    assert "hint: strata plan" in answer.err
    assert not (tmp_path / "map").exists()


def test_a_link_that_leads_back_to_itself_is_no_folder_for_a_map(
    command: Command, tmp_path: Path
) -> None:
    link = tmp_path / "map"
    link.symlink_to(link.name)
    answer = command("map", "local", "--out", link)
    assert (answer.code, answer.out) == (1, "")
    assert answer.err.startswith(f"error: {link}: there is a file of that name already")


def test_the_demo_leaves_the_map_the_paths_and_the_cost_of_local(tmp_path: Path) -> None:
    found = write_views(load("local"), tmp_path)
    assert "Map of shop-local" in found["map"].read_text()
    assert "internet" in found["reach"].read_text()
    assert "US dollars for a month" in found["cost"].read_text()


def test_a_plan_of_another_environment_is_refused(command: Command, tmp_path: Path) -> None:
    answer = command("map", "local", "--plan", write_review(tmp_path / "review", load("prod")))
    assert answer.code == 2
    assert "holds a plan of prod, not of local" in answer.err
    assert "hint: strata plan local --out" in answer.err


def test_a_plan_of_other_settings_is_refused(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "local.toml"
    file.write_text(f"{(ROOT / 'envs/local.toml').read_text()}\n[cost]\nover_budget = 'fail'\n")
    answer = command("map", file, "--plan", write_review(tmp_path / "review", load("local")))
    assert answer.code == 2
    assert "the settings were changed since" in answer.err
    assert "hint: strata plan" in answer.err
