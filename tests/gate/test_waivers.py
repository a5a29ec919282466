"""A waiver takes one finding away, as long as it is whole, true and in date."""

import json
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any

import pytest

from strata.gate import waivers
from strata.gate.scan import Failure
from strata.settings.schema import at
from tests import ROOT
from tests.gate.command import Command
from tests.gate.conftest import copy_of_local

pytestmark = pytest.mark.usefixtures("judged_once")

Json = dict[str, Any]
TODAY = date(2026, 11, 30)
END = TODAY + timedelta(days=200)
LOGS = ("database", "log_exports", 0)
WAIVERS = (ROOT / waivers.WAIVERS).read_text()


def clock(moment: datetime) -> type[datetime]:
    """A `datetime` that stands still at an aware `moment`."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return moment.astimezone(tz) if tz else moment.replace(tzinfo=None)

    return Clock


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the project's waivers, which the gate reads in their place, on one fixed day.

    A test that asks for the day itself fails when midnight comes before the gate asks for it.
    """
    copy = tmp_path / "waivers.toml"
    copy.write_text(WAIVERS)
    monkeypatch.setattr(waivers, "WAIVERS", copy)
    monkeypatch.setattr("strata.gate.judge.datetime", clock(datetime.combine(TODAY, time(12), UTC)))
    return copy


def waiver(**changes: object) -> str:
    given = {
        "check": "STRATA_ECR_1", "resource": "registry/repository", "environments": ["local"],
        "reason": "Pushed by nobody but the tests that need it.", "owner": "platform",
        "expires": END, **changes,
    }  # fmt: skip
    lines = [
        f"{key} = {value if isinstance(value, date) else json.dumps(value)}"
        for key, value in given.items()
        if value is not None
    ]
    return "\n[[waiver]]\n" + "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def mutable(synthesized: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`local` with mutable tags in its registry, which STRATA_ECR_1 and CKV_AWS_51 see."""
    folder = copy_of_local(synthesized, tmp_path_factory.mktemp("mutable"))
    for path in (*folder.glob("composed/*/*.json"), *folder.glob("stacks/*-registry/*.json")):
        text = path.read_text()
        assert '"IMMUTABLE"' in text
        path.write_text(text.replace('"IMMUTABLE"', '"MUTABLE"'))
    return folder


def test_a_waiver_takes_one_check_on_one_resource_away(
    file: Path, mutable: Path, command: Command
) -> None:
    before = json.loads(command("gate", "--synthesized", mutable, "--format", "json").out)
    file.write_text(WAIVERS + waiver())
    answer = command("gate", "--synthesized", mutable, "--format", "json")
    after = json.loads(answer.out)
    assert before["findings"][0]["checks"] == ["CKV_AWS_51", "STRATA_ECR_1"]
    assert after["findings"][0]["checks"] == ["CKV_AWS_51"]
    assert "STRATA_ECR_1" in [one["check"] for one in after["waivers"]]
    file.write_text(WAIVERS + waiver() + waiver(check="CKV_AWS_51"))
    answer = command("gate", "--synthesized", mutable)
    assert answer.code == 0
    assert f"  STRATA_ECR_1 registry/repository, platform, to {END}\n" in answer.out


def test_a_star_is_any_name_within_a_layer_and_may_match_nothing(
    file: Path, mutable: Path, command: Command
) -> None:
    nothing = waiver(resource="service/worker_*_image", environments=None)
    file.write_text(WAIVERS + waiver(resource="registry/*") + waiver(check="CKV_AWS_51") + nothing)
    answer = command("gate", "--synthesized", mutable)
    assert answer.code == 0, answer.err
    file.write_text(WAIVERS + waiver(resource="reg*tory") + waiver(check="CKV_AWS_51"))
    assert "matches nothing in local" in command("gate", "--synthesized", mutable).err


@pytest.mark.parametrize("stages", [["development"], ["staging", "development"]])
def test_a_waiver_for_a_stage_covers_its_environments(
    stages: list[str], file: Path, mutable: Path, command: Command
) -> None:
    given: Json = {"environments": None, "stages": stages}
    file.write_text(WAIVERS + waiver(**given) + waiver(**given, check="CKV_AWS_51"))
    assert command("gate", "--synthesized", mutable).code == 0


def test_a_waiver_for_a_stage_must_match_in_one_of_its_environments(
    file: Path, synthesized: Path, command: Command
) -> None:
    file.write_text(WAIVERS + waiver(environments=None, stages=["development"]))
    answer = command("gate", "--synthesized", synthesized)
    assert answer.code == 2
    assert 'resource = "registry/repository"' in answer.err
    assert "STRATA_ECR_1 matches nothing in development environments" in answer.err


@pytest.mark.parametrize(
    "where",
    [
        {"environments": ["prod"]},
        {"environments": None, "stages": ["production"]},
        {"resource": "registry/other"},
    ],
)
def test_a_waiver_covers_nothing_else(
    where: Json, file: Path, mutable: Path, command: Command
) -> None:
    file.write_text(WAIVERS + waiver(**where) + waiver(check="CKV_AWS_51"))
    answer = command("gate", "--synthesized", mutable)
    assert answer.code != 0


@pytest.mark.parametrize(
    ("changes", "key", "words", "right"),
    [
        ({"expires": TODAY - timedelta(days=1)}, "expires", "expired on", "a date from today"),
        ({"expires": TODAY + timedelta(days=367)}, "expires", "more than a year ahead", "a date"),
        ({"resource": "registry/gone"}, "resource", "matches nothing in local", "construct path"),
        ({"check": "CKV_AWS_163X"}, "check", "there is no such check", "CKV_AWS_163"),
        ({"environments": ["lokal"]}, "environments", "no environment lokal", "some of dev, local"),
        ({"stages": ["development"]}, "", "names stages and environments", "or neither"),
        ({"environments": None, "stages": ["dev"]}, "stages[0]", "should be 'dev", "a list, such"),
        ({"environments": "local"}, "environments", "should be a list", "a list of names"),
        ({"reason": None}, "reason", "is missing", "in at least 20 characters"),
        ({"reason": "because"}, "reason", "is too short", "in at least 20 characters"),
        ({"reason": " " * 40}, "reason", "has no letters or digits", "words"),
        ({"reason": "." * 40}, "reason", "has no letters or digits", "words"),
        ({"reason": "because because because"}, "reason", "is too short", "in words"),
        ({"owner": None}, "owner", "is missing", 'such as "platform"'),
        ({"owner": ""}, "owner", "is empty", 'such as "platform"'),
        ({"owner": " \t "}, "owner", "has no letters or digits", "words"),
        ({"owner": "--"}, "owner", "has no letters or digits", "words"),
        ({"resource": " "}, "resource", "has no letters or digits", "words"),
        ({"accepted_by": " "}, "accepted_by", "has no letters or digits", "words"),
        ({"accepted_by": " platform"}, "", "is accepted by its owner", "somebody else"),
        ({"expires": None}, "expires", "is missing", "such as 2026-12-31"),
        ({"expires": "soon"}, "expires", "should be a date", "such as 2026-12-31"),
        ({"expires": str(END)}, "expires", "a date and nothing else", "such as 2026-12-31"),
        ({"expires": datetime.combine(END, time())}, "expires", "nothing else", "without time"),
        ({"expires": datetime.combine(END, time(), UTC)}, "expires", "nothing else", "without"),
        ({"expires": 1814400000}, "expires", "a date and nothing else", "such as 2026-12-31"),
        ({"until": "soon"}, "until", "is not a key of [[waiver]]", "one of check, resource"),
    ],
)
def test_a_broken_waiver_is_no_verdict(
    changes: Json, key: str, words: str, right: str, file: Path, mutable: Path, command: Command
) -> None:
    file.write_text(WAIVERS + waiver(**changes) + waiver(check="CKV_AWS_51"))
    answer = command("gate", "--synthesized", mutable)
    assert answer.code == 2
    number = WAIVERS.count("[[waiver]]")
    name = f"waiver[{number}].{key}" if key else f"waiver[{number}]"
    [place] = [line for line in answer.err.splitlines() if f": {name}" in line]
    line = int(place.partition(f"{file}:")[2].partition(":")[0])
    written = key.partition("[")[0] if changes.get(key.partition("[")[0], "") else "[[waiver]]"
    if key:
        assert file.read_text().splitlines()[line - 1].startswith((written, f"{key} ="))
    assert words in answer.err
    assert right in " ".join(answer.err.split())


def test_a_waiver_without_environments_must_match_somewhere(
    file: Path, synthesized: Path, command: Command
) -> None:
    file.write_text(WAIVERS + waiver(environments=None))
    answer = command("gate", "--synthesized", synthesized)
    assert answer.code == 2
    assert 'resource = "registry/repository"' in answer.err
    assert "STRATA_ECR_1 matches nothing in any environment" in answer.err


def test_a_critical_check_needs_somebody_who_accepts_it(
    file: Path, local: Path, command: Command
) -> None:
    for path in (*local.glob("composed/*/*.json"), *local.glob("stacks/*-database/*.json")):
        text = path.read_text()
        path.write_text(text.replace('"publicly_accessible": false', '"publicly_accessible": true'))
    said = waiver(check="STRATA_DB_1", resource="database/instance")
    theirs = waiver(check="CKV_AWS_17", resource="database/instance")
    file.write_text(WAIVERS + said + theirs)
    answer = command("gate", "--synthesized", local)
    assert answer.code == 2
    assert "STRATA_DB_1 is critical, and only its owner accepts it" in answer.err
    assert "accepted_by" in answer.err
    file.write_text(WAIVERS + said + 'accepted_by = "security"\n' + theirs)
    answer = command("gate", "--synthesized", local, "--format", "json")
    assert answer.code == 0
    accepted = {one["check"]: one["accepted_by"] for one in json.loads(answer.out)["waivers"]}
    assert accepted["STRATA_DB_1"] == "security"


def test_a_waiver_ends_with_its_day_in_utc(
    file: Path, mutable: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An hour past midnight in Auckland, where it is the next day already.
    there = datetime.combine(END + timedelta(days=1), time(1), timezone(timedelta(hours=12)))
    monkeypatch.setattr("strata.gate.judge.datetime", clock(there))
    file.write_text(waiver(expires=END) + waiver(check="CKV_AWS_51", expires=END))
    answer = command("gate", "--synthesized", mutable)
    assert f"expires on {END}" in answer.out
    assert "expired on" not in answer.err


@pytest.mark.parametrize("content", ["[[waiver", '[[waivers]]\ncheck = "a"', "waiver = 1"])
def test_a_file_that_is_no_list_of_waivers_is_no_verdict(
    content: str, file: Path, mutable: Path, command: Command
) -> None:
    file.write_text(content)
    answer = command("gate", "--synthesized", mutable)
    assert answer.code == 2
    assert str(file) in answer.err


def test_a_file_of_waivers_that_cannot_be_read_is_no_verdict(
    file: Path, mutable: Path, command: Command
) -> None:
    file.unlink()
    file.mkdir()
    answer = command("gate", "--synthesized", mutable)
    assert answer.code == 2
    assert f"{file}: Is a directory" in answer.err


@pytest.mark.parametrize(("days", "warned"), [(0, True), (30, True), (31, False)])
def test_a_waiver_warns_thirty_days_before_its_end(
    days: int, warned: bool, file: Path, mutable: Path, command: Command
) -> None:
    end = TODAY + timedelta(days=days)
    file.write_text(WAIVERS + waiver(expires=end) + waiver(check="CKV_AWS_51"))
    answer = command("gate", "--synthesized", mutable)
    assert answer.code == 0
    assert (f"expires on {end}," in answer.out) is warned


def test_a_waiver_may_run_a_year(file: Path, mutable: Path, command: Command) -> None:
    file.write_text(
        WAIVERS + waiver(expires=TODAY + timedelta(days=365)) + waiver(check="CKV_AWS_51")
    )
    assert command("gate", "--synthesized", mutable).code == 0


def test_the_projects_own_waivers_are_distinct_and_owned() -> None:
    own = waivers.read()
    assert len({(one.check, one.resource) for one in own}) == len(own)
    assert all(one.owner and one.reason.endswith(".") for one in own)


MADE_BY_SETTINGS = [
    *(("CKV_AWS_130", f"network/public_subnet_{number}") for number in range(6)),
    *(("CKV_AWS_158", f"database/log_group_{log}") for log in at(LOGS)["enum"]),
]


def test_what_is_accepted_of_one_is_accepted_of_as_many_as_settings_make() -> None:
    accepted = waivers.read()
    for check, construct in MADE_BY_SETTINGS:
        failure = Failure("local", check, construct, "", "")
        assert any(one.is_about(failure) for one in accepted), (check, construct)
