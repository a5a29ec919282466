"""What stops an apply, and how somebody goes on all the same."""

import pytest

from strata.errors import StrataError, UsageError
from strata.gate.report import Finding, Report, Severity
from strata.gate.stops import NO_VERDICT, not_accepted, refuse, stopping


def finding(severity: Severity, *checks: str, key: str = "database.storage_encrypted") -> Finding:
    return Finding(
        checks=list(checks), severity=severity, protects="The storage is not encrypted",
        environments=["local"], layers=["database"], constructs=["database/instance"],
        file="envs/local.toml", line=12, key=key, right="storage_encrypted = true", more="",
    )  # fmt: skip


def verdict(*findings: Finding) -> Report:
    return Report(environments=["local"], findings=list(findings), waivers=[], warnings=[])


BAD = verdict(
    finding("critical", "A_1"), finding("high", "B_1", "B_2"), finding("medium", "C_1"),
    finding("low", "D_1"),
)  # fmt: skip


def test_high_and_critical_findings_stop_an_apply_and_others_do_not() -> None:
    assert list(stopping(BAD)) == ["A_1", "B_1+B_2"]
    assert stopping(verdict(finding("medium", "C_1"))) == {}
    assert stopping(verdict()) == {}


def test_no_verdict_stops_an_apply_as_well() -> None:
    assert stopping("the plan cannot\nbe judged") == {
        NO_VERDICT: "the gate has no verdict: the plan cannot be judged"
    }


def test_the_message_names_each_finding_and_the_command_that_accepts_it() -> None:
    with pytest.raises(StrataError) as error:
        refuse(stopping(BAD), "strata apply local --yes")
    assert error.value.exit_code == 1
    assert error.value.message == (
        "nothing was applied: 2 findings of the gate stop it\n"
        "A_1: critical: The storage is not encrypted "
        "(envs/local.toml:12 database.storage_encrypted)\n"
        "B_1+B_2: high: The storage is not encrypted "
        "(envs/local.toml:12 database.storage_encrypted)"
    )
    assert (error.value.hint or "").endswith(
        "strata apply local --yes --accept-finding A_1 --accept-finding B_1+B_2"
    )
    refuse({}, "strata apply local --yes")


def test_what_could_not_be_judged_is_not_said_to_be_waivable() -> None:
    with pytest.raises(StrataError) as error:
        refuse(stopping("no check has looked at aws_sns_topic"), "strata apply local --yes")
    assert error.value.message.startswith("nothing was applied: the gate could not judge it\n")
    assert error.value.hint == (
        "fix what it names and plan again, or accept it this once with "
        "strata apply local --yes --accept-finding no-verdict"
    )


def test_what_could_not_be_judged_beside_findings_stops_an_apply_too() -> None:
    low = verdict(finding("low", "D_1")).model_copy(update={"unjudged": ["f: a.b: c: nobody"]})
    assert stopping(low) == {NO_VERDICT: "the gate could not judge 1 place: f: a.b: c: nobody"}
    with pytest.raises(StrataError, match=r"1 finding of the gate, and what it could not judge"):
        bad = verdict(finding("high", "B_1")).model_copy(update={"unjudged": ["f: a.b: c: no"]})
        refuse(stopping(bad), "strata apply local --yes")


def test_what_is_accepted_is_named_whole_and_was_found() -> None:
    found = stopping(BAD)
    assert list(not_accepted(found, ["B_1+B_2"])) == ["A_1"]
    assert not_accepted(found, ["A_1", "B_1+B_2"]) == {}
    for name in ("B_1", "C_1", "*", ""):
        with pytest.raises(UsageError) as error:
            not_accepted(found, [name])
        assert "its findings are A_1, B_1+B_2" in error.value.message
    with pytest.raises(UsageError):
        not_accepted({}, ["A_1"])
