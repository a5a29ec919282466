"""What is told of a database whose settings are right."""

import json
from typing import Any

import pytest

from strata.settings import Settings, load
from strata.settings.rules import warnings

Json = dict[str, Any]

BEFORE = {"release": {"before": ["npm", "run", "migrate"]}}


def varied(more: Json) -> Settings:
    """`local` with other values in some sections."""
    data = load("local").model_dump(by_alias=True)
    for section, values in more.items():
        data[section] |= values
    return Settings.model_validate(data)


CHANGING = ["CREATE", "ALTER", "DROP", "INDEX", "REFERENCES"]
ROWS = ["SELECT", "INSERT", "UPDATE", "DELETE"]


@pytest.mark.parametrize(
    ("privileges", "lacks"),
    [
        (ROWS, "CREATE and ALTER"),
        (["SELECT", "CREATE"], "ALTER"),
        (["SELECT", "ALTER", "DROP"], "CREATE"),
        ([*ROWS, *CHANGING], ""),
        # What else a migration needs depends on it.
        ([*ROWS, "ALTER", "CREATE"], ""),
    ],
)
def test_a_release_that_migrates_without_the_rights_is_warned_of(
    privileges: list[str], lacks: str
) -> None:
    user = {"database": {"app_user": {"privileges": privileges}}}
    told = [
        one
        for one in warnings(varied({**BEFORE, **user}))
        if one.key == ("database", "app_user", "privileges")
    ]
    assert [one.wrong.partition(",")[0] for one in told] == ([f"lacks {lacks}"] if lacks else [])
    for one in told:
        assert "release.before runs as shop_app" in one.wrong
        more = [name for name in CHANGING if name not in privileges]
        assert one.right.startswith(json.dumps([*privileges, *more]))
    for unwarned in (user, BEFORE):
        keys = [one.key for one in warnings(varied(unwarned))]
        assert ("database", "app_user", "privileges") not in keys
