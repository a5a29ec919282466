"""What is found before the first change, each cause in one line."""

import os
import socket
from collections.abc import Iterator

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from strata.aws.errors import explain
from strata.aws.session import IMPATIENT
from strata.errors import StrataError
from strata.local import emulator
from strata.settings import load
from strata.settings.models import Environment
from strata.state import preflight
from strata.state.bucket import bootstrap
from strata.state.locks import read_all

LOCAL = load("local").environment
SHORT = Config(read_timeout=0.3, retries={"total_max_attempts": 1})


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without any AWS variable."""
    for name in [*os.environ]:
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    return monkeypatch


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def refusal(environment: Environment) -> str:
    with pytest.raises(StrataError) as error:
        preflight.check(environment)
    assert "\n" not in error.value.message
    return error.value.message


def test_no_network_is_found_in_seconds(clean: pytest.MonkeyPatch) -> None:
    url = f"http://127.0.0.1:{closed_port()}"
    for name, value in emulator.client_environment(url).items():
        clean.setenv(name, value)
    assert refusal(LOCAL) == (
        f'AWS cannot be reached: Could not connect to the endpoint URL: "{url}/"'
    )


def test_an_endpoint_that_hangs_up_is_unreachable_too(clean: pytest.MonkeyPatch) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen(0)
        clean.setattr(preflight, "IMPATIENT", IMPATIENT.merge(SHORT))
        url = f"http://127.0.0.1:{mute.getsockname()[1]}"
        for name, value in emulator.client_environment(url).items():
            clean.setenv(name, value)
        assert refusal(LOCAL).startswith("AWS cannot be reached: ")


def test_no_credentials_are_named(clean: pytest.MonkeyPatch) -> None:
    url = f"http://127.0.0.1:{closed_port()}"
    for name, value in emulator.client_environment(url).items():
        if "KEY" not in name:
            clean.setenv(name, value)
    assert refusal(LOCAL).startswith("no AWS credentials: ")


def test_a_profile_that_is_not_there_is_named(clean: pytest.MonkeyPatch) -> None:
    clean.setenv("AWS_CONFIG_FILE", os.devnull)
    clean.setenv("AWS_PROFILE", "nobody")
    assert refusal(LOCAL) == ("no AWS credentials: The config profile (nobody) could not be found")


SAID = [
    ("ExpiredToken", "the AWS credentials have expired"),
    ("ExpiredTokenException", "the AWS credentials have expired"),
    ("InvalidClientTokenId", "AWS does not know these credentials (InvalidClientTokenId)"),
    ("SignatureDoesNotMatch", "AWS does not know these credentials (SignatureDoesNotMatch)"),
]


def test_what_aws_says_of_credentials_is_told_plainly() -> None:
    for code, message in SAID:
        answer = {"Error": {"Code": code, "Message": "no"}}
        error = ClientError(answer, "GetCallerIdentity")  # type: ignore[arg-type]
        assert explain(error).message == message, code


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """An emulator, without a bucket at first."""
    with emulator.emulator(tmp_path_factory.mktemp("emulator")):
        yield


@pytest.mark.emulator
def test_the_wrong_account_and_a_missing_bucket_are_found(running: None) -> None:
    other = LOCAL.model_copy(update={"account_id": "999999999999"})
    assert refusal(other) == (
        "these credentials are of account 123456789012, and environment.account_id is 999999999999"
    )
    with pytest.raises(StrataError, match="no state bucket shop-local-terraform-state") as error:
        preflight.check(LOCAL)
    assert error.value.hint == "strata bootstrap local makes it"
    with pytest.raises(StrataError) as error:
        read_all(LOCAL)
    assert error.value.message == "there is no state bucket shop-local-terraform-state"
    bootstrap(LOCAL)
    preflight.check(LOCAL)
