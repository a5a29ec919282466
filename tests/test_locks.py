"""What is read of Terraform's lock objects, and whose are taken away."""

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from strata import emulator, locks
from strata.bootstrap import bootstrap
from strata.errors import StrataError
from strata.locks import parse
from strata.settings import load

# As Terraform 1.11.4 wrote it.
TEXT = (
    '{"ID":"4f6b0f4e-0d21-9a0b-4f8a-1c4f3a9a2c11","Operation":"OperationTypeApply","Info":"",'
    '"Who":"ann@desk","Version":"1.11.4","Created":"2026-11-24T12:01:07.123456789Z",'
    '"Path":"shop-local-terraform-state/local/network.tfstate"}'
)
TAKEN = datetime(2026, 11, 24, 12, 1, 7, tzinfo=UTC)


def test_a_lock_says_who_since_when_and_for_what() -> None:
    lock = parse("network", TEXT)
    assert lock.id == "4f6b0f4e-0d21-9a0b-4f8a-1c4f3a9a2c11"
    assert lock.words(TAKEN + timedelta(minutes=3)) == (
        "network is locked by ann@desk since 12:01:07 UTC (3 min) for apply"
    )


def test_an_old_lock_has_its_date() -> None:
    assert parse("edge", TEXT).words(TAKEN + timedelta(days=2)) == (
        "edge is locked by ann@desk since 2026-11-24 12:01 UTC (48 h) for apply"
    )


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"ID": 1, "Who": "x", "Created": "soon"}'])
def test_what_terraform_did_not_write_is_no_lock(text: str) -> None:
    with pytest.raises(StrataError, match="lock object of network"):
        parse("network", text)


@pytest.mark.emulator
def test_a_lock_that_somebody_else_has_taken_since_is_left_to_them(tmp_path: Path) -> None:
    environment = load("local").environment
    with emulator.emulator(tmp_path), ExitStack() as other:
        bootstrap(environment)
        with locks.taken(environment, "edge", "move"):
            ours = locks.read(environment, "edge")
            assert ours
            locks.release(environment, ours)
            other.enter_context(locks.taken(environment, "edge", "apply"))
        theirs = locks.read(environment, "edge")
        assert theirs
        assert (theirs.operation, theirs.id != ours.id) == ("apply", True)
        other.close()
        assert locks.read(environment, "edge") is None
