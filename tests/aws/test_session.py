"""Sessions read the descriptions of services once, and nothing else is shared between them."""

from pathlib import Path
from typing import Any

import pytest
from botocore.handlers import BUILTIN_HANDLERS
from botocore.loaders import JSONFileLoader
from botocore.session import Session, get_session

from strata.aws.session import core_session, session
from strata.settings import load

ENVIRONMENT = load("local").environment


def test_a_second_session_reads_no_description_again(monkeypatch: pytest.MonkeyPatch) -> None:
    session(ENVIRONMENT).client("ecs")
    read: list[str] = []
    whole = JSONFileLoader.load_file

    def noted(self: JSONFileLoader, path: str) -> Any:
        read.append(path)
        return whole(self, path)

    monkeypatch.setattr(JSONFileLoader, "load_file", noted)
    session(ENVIRONMENT).client("ecs")
    assert read == []


def test_each_session_has_the_credentials_and_the_endpoint_of_its_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    for number in ("1", "2"):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", f"key{number}")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{number}")
        made = session(ENVIRONMENT)
        credentials = made.get_credentials()
        assert credentials is not None
        assert credentials.access_key == f"key{number}"
        assert made.client("ecs").meta.endpoint_url == f"http://127.0.0.1:{number}"


def test_what_is_added_to_a_session_is_not_in_another_one() -> None:
    one, other = core_session(), core_session()
    called: list[str] = []
    one.register("of-a-test", lambda **_: called.append("one"))
    for each in (one, other, core_session()):
        each.get_component("event_emitter").emit("of-a-test")
    assert called == ["one"]


def test_a_session_has_all_handlers_of_botocore_in_their_order() -> None:
    def handlers(session: Session, event: str) -> list[Any]:
        aliaser: Any = session.get_component("event_emitter")
        return list(aliaser._emitter._handlers.prefix_search(event))

    for event, *_ in BUILTIN_HANDLERS:
        found = handlers(core_session(), event)
        assert found == handlers(get_session(), event), event
