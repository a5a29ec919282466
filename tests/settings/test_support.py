"""What has no support any more is refused or told, by the day that AWS ends it."""

from datetime import date

from strata.settings import Settings, load
from strata.settings.figures import offerings
from strata.settings.models import Cluster
from strata.settings.rules.support import (
    MYSQL,
    SYSTEMS,
    ended_mysql,
    ending_mysql,
    ending_system,
)


def local(**sections: dict[str, object]) -> Settings:
    data = load("local").model_dump(by_alias=True)
    for name, changes in sections.items():
        data[name].update(changes)
    return Settings.model_validate(data)


DAYS = [
    ("8.4", False, date(2026, 11, 28), "", ""),
    ("8.0.46", False, date(2026, 7, 31), "", "until 2026-07-31; then RDS upgrades it"),
    ("8.0", True, date(2026, 7, 31), "", "until 2026-07-31; then extended support is charged"),
    ("8.0.46", False, date(2026, 8, 1), "no standard support on RDS since 2026-07-31", ""),
    ("8.0", True, date(2026, 8, 1), "", "each vCPU is charged by the hour until 2029-07-31"),
    ("5.7.44", True, date(2027, 3, 1), "no support on RDS since 2027-02-28", ""),
    ("8.0", True, date(2029, 8, 1), "no support on RDS since 2029-07-31", ""),
    ("8.4.3", False, date(2029, 2, 2), "", "until 2029-07-31"),
]


def test_a_mysql_version_is_refused_or_told_from_its_day_on() -> None:
    for version, extended, day, refused, told in DAYS:
        settings = local(database={"engine_version": version, "extended_support": extended})
        for words, findings in (
            (refused, list(ended_mysql(settings, day))),
            (told, list(ending_mysql(settings, day))),
        ):
            case = f"{version} on {day}, extended: {extended}"
            keys = [finding.key for finding in findings]
            assert keys == [("database", "engine_version")] * bool(words), case
            assert all(words in finding.wrong for finding in findings), case


def test_what_would_be_right_has_support_itself() -> None:
    settings = local(database={"engine_version": "8.0"})
    [finding] = ended_mysql(settings, date(2026, 11, 28))
    assert finding.right == "8.4, or extended_support = true to pay until 2029-07-31"
    [finding] = ended_mysql(settings, date(2033, 1, 1))
    assert finding.right == "a newer version, and a newer Strata for it"


def test_the_system_of_the_instances_is_told_and_a_pinned_ami_is_not() -> None:
    old = local(cluster={"os": "amazon-linux-2"})
    [finding] = ending_system(old, date(2026, 11, 28))
    assert "no support since 2026-06-30" in finding.wrong
    assert finding.right == "amazon-linux-2023"
    assert [one.wrong for one in ending_system(old, date(2026, 1, 2))] == [
        "has support until 2026-06-30"
    ]
    assert not list(ending_system(old, date(2026, 1, 1)))
    pinned = local(cluster={"os": "amazon-linux-2", "ami_id": "ami-0123456789abcdef0"})
    assert not list(ending_system(pinned, date(2026, 11, 28)))


def test_every_version_and_system_that_can_be_set_has_its_dates() -> None:
    versions = {".".join(one.split(".")[:2]) for one in offerings().mysql_versions}
    assert versions == set(MYSQL)
    assert set(SYSTEMS) == set(Cluster.model_fields["os"].annotation.__args__)  # type: ignore[union-attr]
