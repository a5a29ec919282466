"""What is read of Terraform's lock objects, and whose are taken away."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import tomli_w

from strata import cli
from strata.commands.exit_codes import codes_of
from strata.errors import StrataError
from strata.local import emulator
from strata.settings import load
from strata.state import locks
from strata.state.bucket import bootstrap
from strata.state.client import s3_client
from strata.state.locks import parse
from tests.raised import raised

# As Terraform 1.11.4 wrote it.
TEXT = (
    b'{"ID":"4f6b0f4e-0d21-9a0b-4f8a-1c4f3a9a2c11","Operation":"OperationTypeApply","Info":"",'
    b'"Who":"ann@desk","Version":"1.11.4","Created":"2026-11-24T12:01:07.123456789Z",'
    b'"Path":"shop-local-terraform-state/local/network.tfstate"}'
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


UNREADABLE = [b"", b"{}", b"[]", b"null", b'{"ID": 1, "Who": "x", "Created": "soon"}', b"\xff\x00",
              b"[" * 100_000, TEXT[:-1], TEXT.replace(b"2026", b"20\xb26")]  # fmt: skip


def test_what_terraform_did_not_write_is_no_lock() -> None:
    for text in UNREADABLE:
        error = raised(StrataError, parse, "network", text)
        assert error and "lock object of network" in error.message, text[:200]


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An emulator with the state bucket of `local`, in which each test leaves no lock."""
    with emulator.emulator(tmp_path_factory.mktemp("emulator")):
        bootstrap(load("local").environment)
        yield


@pytest.mark.emulator
@pytest.mark.usefixtures("bucket")
def test_a_lock_that_somebody_else_has_taken_since_is_left_to_them() -> None:
    environment = load("local").environment
    with ExitStack() as other:
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


def strata(patch: pytest.MonkeyPatch, *arguments: str) -> int:
    patch.setattr("sys.argv", ["strata", *arguments])
    return cli.main()


@pytest.mark.emulator
@pytest.mark.usefixtures("bucket")
def test_a_lock_that_nobody_can_read_is_named_and_taken_away_by_force(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load("local")
    environment = settings.environment
    s3 = s3_client(environment)
    for layer, content in (("network", b""), ("edge", b"\xff not json")):
        key = locks.lock_key(environment, layer)
        s3.put_object(Bucket=environment.state_bucket, Key=key, Body=content)
        with pytest.raises(StrataError), locks.taken(environment, layer, "move"):
            pytest.fail("it locks all the same")
        assert strata(monkeypatch, "unlock", "local", layer, "--yes") == 1
        said = capsys.readouterr()
        named = f"s3://{environment.state_bucket}/{key}, "
        assert named + ("is empty" if not content else "10 bytes") in said.out
        assert "--force" in said.err
        assert locks.read(environment, layer), "it is still there"
    assert strata(monkeypatch, "destroy", "local", "--yes", "local") == 1
    said = capsys.readouterr()
    assert "strata unlock local network --force and strata unlock local edge --force" in said.err
    for layer in ("network", "edge"):
        assert strata(monkeypatch, "unlock", "local", layer, "--yes", "--force") == 0
        assert f"local/{layer}.tfstate.tflock" in capsys.readouterr().out
        assert locks.read(environment, layer) is None


@pytest.mark.emulator
@pytest.mark.usefixtures("bucket")
def test_every_command_that_asks_aws_asks_for_the_account_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = load("local").model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    data["environment"]["account_id"] = "999999999999"
    file = tmp_path / "other.toml"
    file.write_text(tomli_w.dumps(data))
    commands = (
        ["reach", "--live"], ["reach", "internet", "load_balancer", "--live"], ["bootstrap"],
        ["plan"], ["apply"], ["drift"], ["move"], ["destroy"], ["redis-auth"],
        ["unlock", "network"],
    )  # fmt: skip
    for name, *rest in commands:
        words = [name, str(file), *rest]
        code = strata(monkeypatch, *words)
        assert code == codes_of(words).of_error(1), words
        assert "these credentials are of account 123456789012" in capsys.readouterr().err, words
