"""Numbers are numbers and digits are ASCII, in every key that the models have."""

import copy
import json
import math
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from strata.settings import InvalidSettings, load
from strata.settings.load import judge
from strata.settings.positions import Key
from strata.settings.schema import at, schema
from tests.settings.test_capacity import BASE

Json = dict[str, Any]

STEP = {
    "name": "busy", "metric": "cpu", "when": "at_least", "threshold": 80,
    "adjustments": [{"lower": 0, "upper": 10, "change": 1}, {"lower": 10, "change": 2}],
}  # fmt: skip
WHOLE: Json = copy.deepcopy(load("prod").model_dump(mode="json", exclude_none=True))
WHOLE["service"]["scaling"]["steps"] = [STEP]
WHOLE["cost"]["budget_usd_per_month"] = 900
WHOLE["reach"] = [{"from": "tasks", "to": "cache", "port": 6379, "open": True}]
WHOLE["cluster"]["ami_id"] = "ami-0123456789abcdef0"
WHOLE["registry"]["repository"] = "shop/api2"
WHOLE["service"]["secrets"] = {
    "MAIL": "arn:aws:secretsmanager:eu-central-1:333333333333:secret:shop/mail-a1B2c3:user::",
    "PAY": "arn:aws:ssm:eu-central-1:333333333333:parameter/shop/pay2",
}
WHOLE["service"]["health_check"] = {
    "command": ["CMD", "/healthy"], "interval_seconds": 30, "timeout_seconds": 5, "retries": 3,
    "start_period_seconds": 10,
}  # fmt: skip
WHOLE["service"]["stop_timeout_seconds"] = 60
WHOLE["service"]["ulimits"] = [{"name": "nofile", "soft": 4096, "hard": 65536}]
WHOLE["service"]["environment_files"] = ["arn:aws:s3:::shop-2/api2.env"]
WHOLE["service"]["sidecars"] = [
    {
        "name": "xray2", "image": f"public.ecr.aws/xray/daemon@sha256:{'0a' * 32}",
        "memory_mib": 64, "cpu": 32, "user": "1001:1001",
    }
]  # fmt: skip
WHOLE["service"]["egress"] = [{"port": 587, "ranges": ["203.0.113.0/24"]}]
WHOLE["cluster"]["max_size"] = 20
WHOLE["edge"]["record_name"] = "v2.shop.example"
"""A file that sets every key with a number, and every string of a known form."""


def leaves(value: object, key: Key = ()) -> Iterator[tuple[Key, object]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*key, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*key, index))
    else:
        yield key, value


def replaced(value: Any, key: Key, new: object) -> Any:
    """A copy with another value at a key; what lies beside the way there is the same."""
    if not key:
        return new
    part = key[0]
    copied = copy.copy(value)
    copied[part] = replaced(copied[part], key[1:], new)
    return copied


def named(key: Key, value: object) -> set[Key]:
    found, problems = judge(replaced(WHOLE, key, value))
    return {one.key for one in problems} if found is None or problems else set()


NUMBERS = [
    (key, value)
    for key, value in leaves(WHOLE)
    if isinstance(value, int | float) and not isinstance(value, bool)
]
FORMS = [
    (key, value)
    for key, value in leaves(WHOLE)
    if isinstance(value, str) and any(one.isdigit() for one in value) and key[0] != "tags"
]


def test_the_file_that_the_others_change_is_right_and_has_every_number() -> None:
    found, problems = judge(WHOLE)
    assert found is not None
    assert problems == []
    assert {key[-1] for key, _ in NUMBERS} >= {
        name
        for section in BASE
        for name, node in at((section,)).get("properties", {}).items()
        if node.get("type") in ("integer", "number")
    }


def no_numbers(key: Key, value: Any) -> list[object]:
    wrong: list[object] = [True, False, str(value), "٣", math.inf, -math.inf, math.nan, [value]]
    wrong += [10**400, -(10**400), 1e300, -1e300]
    if at(key).get("type") != "number":
        wrong += [value + 0.5, float(value), 2**63]
    return wrong


@cache
def mistyped(place: int) -> set[Key]:
    """The keys that are refused by themselves, whatever the others hold, when each number of the
    file is the one of `no_numbers` at a place."""
    data = WHOLE
    for key, value in NUMBERS:
        wrong = no_numbers(key, value)
        data = replaced(data, key, wrong[place]) if place < len(wrong) else data
    return {one.key for one in judge(data)[1] if one.wrong.startswith("should be ")}


def test_only_a_number_of_its_range_stands_where_a_number_is_meant() -> None:
    for key, value in NUMBERS:
        for place, one in enumerate(no_numbers(key, value)):
            assert key in mistyped(place) or named(key, one), f"{key}: {one!r} passes"


@pytest.mark.parametrize(("key", "value"), FORMS, ids=str)
def test_only_ascii_digits_stand_where_digits_are_meant(key: Key, value: str) -> None:
    for place, character in enumerate(value):
        if character.isdigit():
            for digit in ("٣", "３", "³"):  # noqa: RUF001
                assert named(key, value[:place] + digit + value[place + 1 :]), f"{digit} passes"


def test_no_line_break_hides_at_an_end() -> None:
    for key, value in FORMS:
        for one in (f"{value}\n", f"\n{value}", f"{value}\0", f" {value}", f"{value} "):
            assert named(key, one), f"{key}: {one!r} passes"


WORDS = [
    # a key, what a file has there, what it should be, what is shown of it
    ("network", "5", "should be a table", "5"),
    ("tags", "[]", "should be a table", "[]"),
    ("reach", '"x"', "should be a list", '"x"'),
    ("edge.www", "1", "should be true or false", "1"),
    ("edge.domain", "2030-01-01", "should be a string", '"2030-01-01"'),
    ("edge.idle_timeout_seconds", "60.0", "should be a whole number", "60.0"),
    ("cost.budget_usd_per_month", "inf", "should be a finite number", "inf"),
    ("cost.budget_usd_per_month", "-nan", "should be a finite number", "nan"),
    ("cost.budget_usd_per_month", "true", "should be a number", "true"),
    ("network.flow_log_retention_days", "true", "should be a whole number", "true"),
]


def test_what_should_stand_there_is_told_in_words(tmp_path: Path) -> None:
    file = tmp_path / "local.toml"
    for key, value, words, shown in WORDS:
        file.write_text(f"{key} = {value}\n")
        with pytest.raises(InvalidSettings) as caught:
            load(str(file))
        found = {problem.key: problem for problem in caught.value.problems}[key]
        assert (found.wrong, found.value, found.line) == (words, shown, 1), f"{key} = {value}"


def test_of_two_kinds_of_value_one_is_none() -> None:
    """Of a choice between two others the guide, and every message, would tell the first alone."""
    choices = re.findall(r'"anyOf": (\[.*?\])', json.dumps(schema()))
    assert choices
    assert [one for one in choices if not re.fullmatch(r'\[{[^}]*}, {"type": "null"}]', one)] == []


def test_a_list_that_may_not_be_empty_is_told_in_words() -> None:
    data = load("local").model_dump(by_alias=True)
    step = {"name": "s", "metric": "cpu", "when": "at_least", "threshold": 5.0, "adjustments": []}
    data["service"]["scaling"]["steps"] = [step]
    _, problems = judge(data)
    assert [one.wrong for one in problems] == ["should be a list with an entry"]
