"""`strata deploy` refuses a line that means no release before it asks AWS for anything."""

from typing import Any

import pytest

from strata.commands import deploy as command
from strata.errors import UsageError
from tests.raised import raised

DIGEST = f"sha256:{'0a' * 32}"


@pytest.fixture(autouse=True)
def reached(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes after the options ends the command by `LookupError`."""

    def releases(*_: object) -> None:
        raise LookupError

    monkeypatch.setattr(command, "releases", releases)


NO_RELEASES: list[tuple[dict[str, Any], str]] = [
    ({"tag": "a b"}, "--tag 'a b' is no image tag"),
    ({"tag": ""}, "--tag '' is no image tag"),
    ({"tag": "shop:1.0.0"}, "--tag 'shop:1.0.0' is no image tag"),
    ({"digest": "0a" * 32}, "is no digest"),
    ({"digest": "sha256:0a"}, "--digest sha256:0a is no digest"),
    ({"digest": f"{DIGEST}0"}, "is no digest"),
    ({"tag": "1", "digest": DIGEST}, "--tag and --digest do not go together"),
    ({"tag": "1", "watch_only": True}, "--tag and --watch-only do not go together"),
    ({"watch_only": True, "watch": False}, "--watch-only begins no deployment"),
    ({"watch_only": True, "replace": True}, "--watch-only begins no deployment"),
    ({"take_over": True, "replace": True}, "--take-over begins no deployment"),
    ({"take_over": True, "watch": False}, "--take-over begins no deployment"),
]


def test_options_that_mean_no_release_are_refused() -> None:
    for options, said in NO_RELEASES:
        error = raised(UsageError, command.deploy, "local", **options)
        assert error and said in error.message, options


RELEASES: list[dict[str, Any]] = [
    {},
    {"tag": "1.0.0", "replace": True, "watch": False},
    {"digest": DIGEST},
    {"watch_only": True},
    {"take_over": True},
]


def test_the_others_go_on() -> None:
    for options in RELEASES:
        assert raised(LookupError, command.deploy, "local", **options), options
