"""The environment that uses every section: check, gate, cost, map and reach take it in."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from strata.settings.models import Settings
from tests import ROOT
from tests.gate.command import Command
from tests.gate.conftest import command

__all__ = ["command"]

pytestmark = pytest.mark.usefixtures("composed_once")

FULL = ROOT / "examples" / "full.toml"


def test_every_section_is_in_it() -> None:
    assert tomllib.loads(FULL.read_text()).keys() == Settings.model_fields.keys()


@pytest.mark.usefixtures("checkov_here")
@pytest.mark.parametrize(("words", "last"), [
    (("check",), "35 of 35 paths are as expected"),
    (("gate",), "full: clean"),
    (("reach",), "35 of 35 paths are as expected"),
    (("policy",), "]"),
])  # fmt: skip
def test_it_is_right_and_clean(words: tuple[str, ...], last: str, command: Command) -> None:
    answer = command(*words, FULL)
    assert answer.code == 0, answer.out + answer.err
    assert last in answer.out.splitlines()[-1]


def test_the_map_has_its_services_and_its_jobs(tmp_path: Path, command: Command) -> None:
    answer = command("map", FULL, "--out", tmp_path)
    assert answer.code == 0, answer.out + answer.err
    [drawn] = tmp_path.rglob("system.svg")
    for name in ("mailer", "admin.full.shop.example", "stock:3001", "sweep", "report"):
        assert name in drawn.read_text()


def test_it_costs_what_the_prices_add_up_to(command: Command) -> None:
    """us-east-1, a month of 730 hours, counted by hand."""
    answer = command("cost", FULL, "--json")
    assert answer.code == 0, answer.err
    report: dict[str, Any] = json.loads(answer.out)
    lines = report["lines"]

    def usd(what: str, resource: str = "") -> float:
        found = [one for one in lines if one["what"] == what and resource in one["resource"]]
        return round(sum(float(one["usd"]["desired"]) for one in found), 2)

    # Four interface endpoints in three zones, 0.01 an hour each.
    assert usd("hours in 3 zones") == round(4 * 3 * 0.01 * 730, 2)
    assert usd("hours", "nat_gateway") == round(0.045 * 730, 2)
    # Three instances all month, and two more for the 30 hours of the jobs, which are Spot ones.
    instances = [one for one in lines if one["item"] == "ec2/t4g.small"]
    hours = 3 * 730 + 2 * 30
    assert round(sum(one["usd"]["desired"] for one in instances), 2) == round(hours * 0.0168, 2)
    assert report["not_priced"] == []
    # The token of Redis and the user of the database.
    assert usd("secret", "aws_secretsmanager_secret") == round(2 * 0.40, 2)
    # The keys of the jobs, of the alarms' topic and of the releases' topic.
    assert usd("key") == 3.0
