"""What is said of a run over the layers that did not come to its end."""

from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from strata.apply.waves import Outcome
from strata.commands import common
from strata.commands.base import out
from strata.commands.common import alone, finish
from strata.errors import Deviation, StrataError
from strata.machine.folders import CHOSEN, Folders
from strata.settings import load
from tests import ROOT

WorkIn = Callable[[Path], None]


def test_a_failure_names_what_stands_what_does_not_and_how_to_go_on() -> None:
    outcome = Outcome(
        {"network": "applied", "registry": "done before"},
        {"cache": StrataError("Error: AlreadyExists", "all of it: cache.log")},
        ["service"],
    )
    with pytest.raises(StrataError) as error:
        finish(outcome, "strata apply local --reviewed review")
    assert error.value.exit_code == 1
    assert error.value.message.splitlines() == [
        "cache: Error: AlreadyExists",
        "done: network (applied), registry (done before)",
        "not done: cache",
        "not started: service",
    ]
    assert error.value.hint is not None
    assert error.value.hint.splitlines() == [
        "all of it: cache.log",
        "go on with strata apply local --reviewed review",
    ]


def test_an_interrupted_apply_that_failed_names_what_shows_the_things_it_lost() -> None:
    failed = {"network": StrataError("Error: execution halted", "all of it: network.log")}
    again, drift = "strata apply local", "strata drift local"
    with pytest.raises(StrataError) as error:
        finish(Outcome(failed=dict(failed), stopped=True), again, drift)
    assert error.value.hint is not None
    assert error.value.hint.splitlines() == [
        "all of it: network.log",
        "AWS may have what Terraform was making when it was stopped:",
        "strata drift local lists what no state knows, and what of it can be imported",
        "go on with strata apply local",
    ]
    ended, begun = Outcome(not_started=["edge"], stopped=True), Outcome(failed=dict(failed))
    for outcome, command in (
        (ended, drift),
        (begun, drift),
        (Outcome(failed=dict(failed), stopped=True), None),
    ):
        with pytest.raises(StrataError) as error:
            finish(outcome, again, command)
        assert "drift" not in str(error.value.hint)


def test_what_is_not_as_reviewed_is_not_told_to_go_on_with_that_review() -> None:
    again = "strata plan local --out review reviews what would be applied now"
    failed: dict[str, StrataError] = {"edge": Deviation("not as reviewed", again)}
    with pytest.raises(StrataError) as error:
        finish(Outcome({"network": "applied"}, failed), "strata apply local --reviewed review")
    assert error.value.hint == again


def test_a_run_that_came_to_its_end_says_nothing() -> None:
    finish(Outcome({"network": "applied"}), "strata apply local")


def test_an_interrupted_run_without_a_failure_is_no_success() -> None:
    with pytest.raises(StrataError, match="not started: edge"):
        finish(Outcome({"network": "applied"}, {}, ["edge"]), "strata apply local")


@pytest.mark.terraform
def test_who_only_reads_does_not_touch_the_stacks_of_an_apply(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = Folders(ROOT, tmp_path, tmp_path / "apply")
    monkeypatch.setattr(CHOSEN, "folders", chosen)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    work = common.layer_work(load("local"))
    assert (work.folder("edge") / "cdk.tf.json").is_file()
    assert work.folder("edge").is_relative_to(tmp_path / "read")
    assert not (tmp_path / "apply").exists()


@pytest.mark.parametrize("said", [None, "process 1, strata apply local"])
def test_a_second_one_of_this_folder_is_refused(
    said: str | None, tmp_path: Path, work_in: WorkIn
) -> None:
    work_in(tmp_path)
    folder = tmp_path / "at-work"
    folder.mkdir()
    if said:
        (folder / "local.txt").write_text(f"{said}\n")
    with (
        FileLock(folder / "local.lock"),
        pytest.raises(StrataError, match=said or "has only begun") as error,
        alone("local"),
    ):
        pytest.fail("two at once")
    assert error.value.hint == "wait until it has ended, then run this again"


@pytest.mark.parametrize(
    "line",
    [
        "envs/local.toml:100: service.cpu",
        "arn:aws:kms:eu-central-1:key:lock:",
        "[bold]no markup[/bold] in /srv/[a]/local.toml",
        f"review     /srv/{'a-folder-with-a-long-name/' * 9}review",
    ],
)
def test_a_terminal_shows_what_is_said_as_it_is(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out.print(line)
    assert capsys.readouterr().out == f"{line}\n"
