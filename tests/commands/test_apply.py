"""When `strata apply` asks, and when it refuses: by what the gate found in its review."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from strata.apply.reviewed_plan import ReviewedApply
from strata.commands import apply as command
from strata.errors import StrataError, UsageError
from strata.gate.report import Finding
from strata.gate.report import Report as Verdict
from strata.plan_file.changes import Plan
from strata.review.report import Report
from strata.settings import load
from tests.gate.test_stops import finding, verdict
from tests.raised import raised
from tests.review.test_report import DATABASE, entry, made

NOTHING = Plan((), (), {})
"""What AWS and the registry are not asked about."""
CHANGED = entry(DATABASE, ["update"], {"backup_window": "a"}, {"backup_window": "b"})
PROTECTED = {"id": "db", "deletion_protection": True}


class Confirmed(Exception):
    """Raised once the review would be opened to be applied."""


class Asked:
    """What `confirm` was asked, and with what answer from the command line."""

    def __init__(self) -> None:
        self.questions: list[tuple[str, bool]] = []


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    found = Asked()

    @contextlib.contextmanager
    def at_work(*_: Any) -> Iterator[Any]:
        yield SimpleNamespace(settings=load("local"), stacks=Path("out", "stacks"), terraform=None)

    def confirmed(*_: Any) -> None:
        raise Confirmed

    def confirm(question: str, *, yes: bool) -> None:
        found.questions.append((question, yes))

    monkeypatch.setattr(command, "at_work", at_work)
    monkeypatch.setattr(command, "confirm", confirm)
    monkeypatch.setattr(ReviewedApply, "open", confirmed)
    return found


def plan(
    monkeypatch: pytest.MonkeyPatch, gate: Verdict | None, report: Report | None = None
) -> None:
    """Let the next plan have this verdict, or none at all."""
    whole = report or made(CHANGED)
    update = {"gate": gate, "no_verdict": "" if gate else "it cannot be judged"}
    folder = Path("review")
    review = SimpleNamespace(
        report=whole.model_copy(update=update), folder=folder, review=None, plan=NOTHING
    )
    monkeypatch.setattr(command, "planned", lambda *_, **__: review)


HIGH = finding("high", "CKV_AWS_16")


@pytest.mark.parametrize("found", [HIGH, finding("critical", "CKV_AWS_16")])
def test_yes_does_not_answer_for_a_finding_that_nobody_named(
    found: Finding, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(monkeypatch, verdict(found))
    with pytest.raises(StrataError) as error:
        command.apply("local", yes=True)
    assert "CKV_AWS_16: " in error.value.message
    assert (error.value.hint or "").endswith("local --yes --accept-finding CKV_AWS_16")
    assert asked.questions == []
    with pytest.raises(Confirmed):
        command.apply("local", yes=True, accept_finding=["CKV_AWS_16"])
    assert asked.questions == [("Apply it?", True)]


@pytest.mark.parametrize("found", [(), (finding("medium", "CKV_AWS_16"),)])
def test_what_is_less_than_high_stops_nothing(
    found: tuple[Finding, ...], asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(monkeypatch, verdict(*found))
    with pytest.raises(Confirmed):
        command.apply("local", yes=True)


def test_whoever_is_asked_sees_the_findings_first(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plan(monkeypatch, verdict(HIGH))
    with pytest.raises(Confirmed):
        command.apply("local")
    assert asked.questions == [("Apply it all the same?", False)]
    assert "gate       CKV_AWS_16: high: The storage is not encrypted" in capsys.readouterr().out


def test_without_a_verdict_yes_is_no_answer_either(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(monkeypatch, None)
    with pytest.raises(StrataError, match="the gate has no verdict: it cannot be judged"):
        command.apply("local", yes=True)
    with pytest.raises(Confirmed):
        command.apply("local", yes=True, accept_finding=["no-verdict"])


def test_a_name_that_was_not_found_is_wrong_usage(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(monkeypatch, verdict(HIGH))
    with pytest.raises(UsageError, match="--accept-finding CKV_AWS_17"):
        command.apply("local", yes=True, accept_finding=["CKV_AWS_17"])
    assert asked.questions == []


NO_FINDINGS = ["CKV_AWS_16,CKV_AWS_17", "CKV_AWS_16 STRATA_DB_2", "CKV_AWS_16:", "+CKV_AWS_16", ""]


def test_what_can_be_no_name_is_refused_before_a_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "at_work", None)
    for name in NO_FINDINGS:
        accepted = ["CKV_AWS_16+STRATA_DB_2", "no-verdict", name]
        error = raised(UsageError, command.apply, "local", accept_finding=accepted)
        assert error and "is no name of a finding" in error.message, name
        assert f'--accept-finding "{name}": ' in error.message, name
        assert "such as CKV_AWS_16+STRATA_DB_2" in (error.hint or ""), name


def test_a_plan_without_changes_is_not_stopped(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(monkeypatch, verdict(HIGH), made())
    for accepted in ([], ["CKV_AWS_16"]):
        with pytest.raises(Confirmed):
            command.apply("local", yes=True, accept_finding=accepted)
    assert asked.questions == []


@pytest.mark.parametrize("found", [(), (HIGH,)])
def test_a_name_is_looked_for_where_nothing_changes_too(
    found: tuple[Finding, ...], asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    has = "its findings are CKV_AWS_16" if found else "it has no finding of that severity"
    wrong = f"--accept-finding CKV_AWS_17: the gate has no such finding; {has}"
    plan(monkeypatch, verdict(*found), made())
    with pytest.raises(UsageError) as error:
        command.apply("local", yes=True, accept_finding=["CKV_AWS_17"])
    assert error.value.message == wrong
    # A review that was made before is judged again.
    unchanged = SimpleNamespace(plan=NOTHING, check=lambda: None)
    monkeypatch.setattr(ReviewedApply, "open", lambda *_: unchanged)
    monkeypatch.setattr(command, "_verdict", lambda *_: verdict(*found))
    with pytest.raises(UsageError) as error:
        command.apply("local", Path("review"), accept_finding=["CKV_AWS_17"])
    assert error.value.message == wrong


def test_a_finding_that_nobody_accepted_stops_no_review_without_changes(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    def confirmed(*_: Any) -> None:
        raise Confirmed

    found = verdict(HIGH, finding("critical", "CKV_AWS_17"))
    unchanged = SimpleNamespace(plan=NOTHING, check=lambda: None, not_begun=[])
    monkeypatch.setattr(ReviewedApply, "open", lambda *_: unchanged)
    monkeypatch.setattr(command, "_verdict", lambda *_: found)
    monkeypatch.setattr(command, "require_offered", confirmed)
    with pytest.raises(Confirmed):
        command.apply("local", Path("review"), accept_finding=["CKV_AWS_16"])


def test_what_aws_would_refuse_is_told_before_what_the_gate_found(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan(monkeypatch, verdict(HIGH), made(entry(DATABASE, ["delete"], PROTECTED, None)))
    with pytest.raises(Confirmed):
        command.apply("local", yes=True)
    assert asked.questions == []
