"""Secrets in plain settings, and where secrets may come from."""

import re
from typing import Any

import pytest

from strata.settings import Settings, load
from strata.settings.rules.secrets import check
from tests.secret_values import HARMLESS, SECRETS

LOCAL = load("local").model_dump()
SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/db-AbCdEf"
PARAMETER = "arn:aws:ssm:eu-central-1:123456789012:parameter/shop/db"


def wrong(**service: Any) -> dict[str, str]:
    """The key of each finding -> what is wrong with it."""
    settings = Settings.model_validate({**LOCAL, "service": {**LOCAL["service"], **service}})
    return {".".join(map(str, one.key[1:])): f"{one.wrong} {one.right}" for one in check(settings)}


def named(cases: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """Those whose name an environment variable can have."""
    return [case for case in cases if re.fullmatch(r"[A-Za-z_]\w*", case[0])]


def test_a_secret_is_refused_and_not_repeated() -> None:
    for name, value in named(SECRETS):
        (words,) = wrong(environment={name: value}).values()
        assert "Secrets Manager" in words, (name, value)
        assert "hunter" not in words, (name, words)


def test_what_is_no_secret_is_accepted() -> None:
    for name, value in named(HARMLESS):
        assert wrong(environment={name: value}) == {}, (name, value)


def test_a_reason_lets_a_variable_through() -> None:
    environment = {"API_TOKEN": "public", "OTHER_TOKEN": "x"}
    found = wrong(environment=environment, not_secret={"API_TOKEN": "every page shows it"})
    assert list(found) == ["environment.OTHER_TOKEN"]
    assert 'OTHER_TOKEN = "' in found["environment.OTHER_TOKEN"]


@pytest.mark.parametrize("reason", ["", " ", "\t\n"])
def test_a_blank_reason_is_refused(reason: str) -> None:
    found = wrong(environment={"API_TOKEN": "public"}, not_secret={"API_TOKEN": reason})
    assert "no reason" in found["not_secret.API_TOKEN"]


def test_a_reason_belongs_to_a_variable_and_holds_no_secret() -> None:
    found = wrong(environment={"API_TOKEN": "x"}, not_secret={"API_TOKN": "every page shows it"})
    assert "perhaps API_TOKEN" in found["not_secret.API_TOKN"]
    found = wrong(environment={"A": "x"}, not_secret={"A": "was mysql://shop:hunter2@db"})
    assert "contains what looks like a secret" in found["not_secret.A"]
    assert "hunter2" not in found["not_secret.A"]


SOURCES = [
    "jwt", "payments", "shop-prod-db", "shop/prod/db", "shop_prod.db", "stripe@v2",
    SECRET, f"{SECRET}:username::", f"{SECRET}::AWSPREVIOUS:", f"{SECRET}:username:AWSCURRENT:",
    f"{SECRET}:::9d4cb84b-ad69-40c0-a0ab-cead36b967e8", f"{SECRET}:a-key:: ".strip(),
    PARAMETER, PARAMETER.replace("/shop/db", "/plain"),
]  # fmt: skip


def test_a_name_an_arn_and_a_parameter_are_sources() -> None:
    for source in SOURCES:
        assert wrong(secrets={"A": source}) == {}, source


NO_SOURCES = [
    (f"{SECRET}:username", "JSON-KEY"),
    (f"{SECRET}:username:", "JSON-KEY"),
    (f"{SECRET}:a:b:c:d", "JSON-KEY"),
    (f"{SECRET}:a:AWSCURRENT:9d4cb84b", "one of them"),
    (SECRET.removesuffix("-AbCdEf"), "NAME-SUFFIX"),
    (SECRET.replace("eu-central-1", "eu-west-1"), "this account and region"),
    (PARAMETER.replace("123456789012", "210987654321"), "this account and region"),
    (f"{PARAMETER}:username::", "parameter/NAME"),
    ("arn:aws:s3:::bucket", "not the ARN of a secret"),
    ("hunter2", "looks like the secret"),
    ("correct horse", "looks like the secret"),
    ("sk" + "_live_4eC39HqLyjWDarjtT1zdp7dc", "looks like the secret"),
    ("Zk3xP9qLm2vR8tYw4nB7cD1f", "looks like the secret"),
]


def test_what_is_no_source_is_refused() -> None:
    for source, words in NO_SOURCES:
        found = wrong(secrets={"A": source}).get("secrets.A", "")
        assert words in found, source
        assert source not in found, source


def test_a_reason_lets_a_name_through_that_looks_like_a_password() -> None:
    assert wrong(secrets={"A": "payments2"}, not_secret={"A": "the name of the secret"}) == {}
