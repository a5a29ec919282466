"""What is a secret and what is none."""

import base64
import json
import random
import re
import secrets
import string
import time

import pytest

from strata.resources.secrets import suspicion
from tests.secret_values import HARMLESS, SECRETS


def test_a_secret_is_seen_and_not_repeated() -> None:
    for name, value in SECRETS:
        words = suspicion(name, value)
        assert words, (name, value)
        assert value not in words, (name, words)
        assert "hunter" not in words, (name, words)


def test_what_is_no_secret_is_let_through() -> None:
    for name, value in HARMLESS:
        assert suspicion(name, value) is None, (name, value)


def generated(seed: int, kind: str) -> str:
    source = random.Random(seed)
    if kind == "base64":
        return base64.b64encode(source.randbytes(32)).decode()
    if kind == "url":
        return base64.urlsafe_b64encode(source.randbytes(32)).decode().rstrip("=")
    return "".join(source.choices(string.ascii_letters + string.digits, k=32))


@pytest.mark.parametrize("kind", ["base64", "url", "letters"])
def test_generated_text_is_seen_under_any_name(kind: str) -> None:
    """Of a thousand, one in fifty may have runs as long as words have."""
    missed = [seed for seed in range(1000) if not suspicion("UPSTREAM", generated(seed, kind))]
    assert len(missed) <= 20


PLACES = (
    "mysql://shop:{}@db/shop",
    "amqp://:{}@queue",
    "jdbc:mysql://db/shop?user=shop&password={}",
    "Server=db;Pwd={};",
    "host=db password={} port=5432",
    "Authorization: Bearer {}",
    "--token={}",
)


@pytest.mark.parametrize("place", PLACES)
def test_a_password_of_any_characters_is_seen_in_any_place(place: str) -> None:
    source = random.Random(place)
    # What ends a value in one of these forms, or begins a placeholder, is no part of one.
    characters = "".join(
        c
        for c in string.ascii_letters + string.digits + string.punctuation
        if c not in ";&\"'|,${<%*"
    )
    for _ in range(200):
        password = "a" + "".join(source.choices(characters, k=8)) + "1"
        assert suspicion("UPSTREAM", place.format(password)), password


def test_words_that_are_put_together_are_no_secret() -> None:
    source = random.Random(1)
    words = re.findall(r"\w+", "payment service handler very long client name shop customer order")
    for _ in range(1000):
        chosen = [source.choice((str.lower, str.title))(one) for one in source.sample(words, 6)]
        text = source.choice(("", "-", "_", "/", ".")).join(chosen) + str(source.randrange(100))
        assert suspicion("UPSTREAM", text) is None, text


def test_a_secret_is_seen_however_deep_in_json() -> None:
    for depth in range(5):
        found: object = {"password": "hunter2"}
        for _ in range(depth):
            found = {"inner": [found]}
        assert suspicion("CONFIG", json.dumps(found))


def test_each_generated_token_is_seen_under_a_name_of_its_own() -> None:
    for _ in range(100):
        assert suspicion("PAYMENTS_TOKEN", secrets.token_hex(16))


@pytest.mark.parametrize("part", ["key=a", "key: a-", "{", "${", "token:", "a://b:", "1", "aA1"])
def test_a_long_value_is_judged_at_once(part: str) -> None:
    """What grows with the square of the length takes a minute here."""
    value = part + part[-2:] * 30_000
    start = time.process_time()
    for name in ("A", "A_KEY", "A_TOKEN"):
        suspicion(name, value)
    assert time.process_time() - start < 5
