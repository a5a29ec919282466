"""A plan is shown without the provider as it is with it, and with it where that cannot be."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from strata.terraform import schemas
from strata.terraform.binary import terraform
from strata.terraform.plugins import PROVIDER, VERSION, platform_name, terraform_environment
from strata.terraform.process import Terraform
from strata.terraform.schemas import (
    REATTACH,
    Standby,
    UnexpectedFormat,
    cut,
    offered,
    standby,
    types_of,
)
from tests import ROOT

Json = dict[str, Any]
PLAN = Path("strata.tfplan")

STACK: Json = {
    "terraform": {"required_providers": {"aws": {"source": "aws", "version": VERSION}}},
    "provider": {"aws": [{
        "region": "eu-west-1", "access_key": "a", "secret_key": "b",
        "skip_metadata_api_check": "true",
        "skip_credentials_validation": True, "skip_requesting_account_id": True,
        "default_tags": [{"tags": {"Environment": "local"}}],
    }]},
    "data": {"aws_region": {"here": {}}},
    "resource": {
        "aws_security_group": {"new": {
            "name": "new", "ingress": [{
                "from_port": 1, "to_port": 2, "protocol": "tcp", "cidr_blocks": ["10.0.0.0/8"],
                "description": "", "ipv6_cidr_blocks": [], "prefix_list_ids": [],
                "security_groups": [], "self": False,
            }],
        }},
        "aws_ssm_parameter": {"secret": {"name": "/s", "type": "SecureString", "value": "hidden"}},
        "aws_sns_topic": {"kept": {
            "name": "kept-${data.aws_region.here.name}", "display_name": "b",
        }},
    },
    "output": {"topic": {"value": "${aws_sns_topic.kept.arn}", "sensitive": True}},
}  # fmt: skip


def instance(kind: str, label: str, **attributes: object) -> Json:
    return {
        "mode": "managed", "type": kind, "name": label, "provider": f'provider["{PROVIDER}"]',
        "instances": [{"schema_version": 0, "attributes": attributes}],
    }  # fmt: skip


STATE: Json = {
    "version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "a", "outputs": {},
    "resources": [
        instance("aws_sns_topic", "kept", id="arn:kept", arn="arn:kept", name="kept-eu-west-1",
                 display_name="a", fifo_topic=False),
        # No stack has this type any more.
        instance("aws_sqs_queue", "gone", id="https://gone", name="gone"),
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Planned:
    """A folder with a plan of something new, something changed and something that goes."""

    tool: Terraform
    folder: Path

    def offered(
        self, ready: Standby | None = None
    ) -> "contextlib.AbstractContextManager[Mapping[str, str]]":
        return offered(self.folder, self.folder / PLAN, self.tool._variables(), ready)

    def shown(self, tool: Terraform) -> str:
        """What Terraform prints."""
        return tool._answer(self.folder, "show", "-json", str(PLAN))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's cache, in which the provider's answer stays from one test to the next."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def cache(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(kept))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Planned:
    folder = tmp_path_factory.mktemp("small")
    (folder / "cdk.tf.json").write_text(json.dumps(STACK))
    (folder / "terraform.tfstate").write_text(json.dumps(STATE))
    used = Terraform(terraform(), terraform_environment(), folder / "logs")
    used.init(folder)
    used.plan(folder, PLAN, "-refresh=false")
    return Planned(used, folder)


@pytest.fixture(scope="module")
def wanted(small: Planned) -> str:
    """What Terraform prints of the plan, with the provider."""
    return small.shown(small.tool)


@pytest.mark.terraform
def test_a_plan_is_shown_the_same_to_the_byte_and_without_the_provider(
    small: Planned, wanted: str, tmp_path: Path
) -> None:
    actions = [one["change"]["actions"] for one in json.loads(wanted)["resource_changes"]]
    assert sorted(actions) == [["create"], ["create"], ["delete"], ["update"]]
    with small.offered() as variables:
        # There is no provider where Terraform would look for it.
        here = {**small.tool.environment, **variables, "TF_DATA_DIR": str(tmp_path)}
        assert small.shown(replace(small.tool, environment=here)) == wanted


@pytest.mark.terraform
def test_it_is_the_same_by_a_node_that_stood_by(
    small: Planned, wanted: str, tmp_path: Path
) -> None:
    with standby(small.tool.environment) as ready, small.offered(ready) as variables:
        assert ready
        (about,) = json.loads(variables[REATTACH]).values()
        assert about["Pid"] == ready.process.pid
        here = {**small.tool.environment, **variables, "TF_DATA_DIR": str(tmp_path)}
        assert small.shown(replace(small.tool, environment=here)) == wanted
    assert ready.process.poll() is not None
    assert not ready.socket.parent.exists()


@pytest.mark.terraform
def test_a_type_that_is_missed_is_shown_with_the_provider(
    small: Planned, wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schemas, "types_of", lambda _: {"aws_sns_topic"})
    assert small.tool.show_own(small.folder, PLAN) == json.loads(wanted)


@pytest.mark.terraform
def test_half_an_answer_is_not_taken_for_one(small: Planned, kept: Path) -> None:
    place = kept / "strata" / "schemas"
    with small.offered() as variables:
        assert variables
    (file,) = place.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with small.offered() as variables:
        assert variables
    # The provider gives its types in another order each time.
    assert [len(one.read_bytes()) for one in place.iterdir()] == [len(whole)]


@dataclass(frozen=True)
class Place:
    """A folder with a plan of it, and its provider."""

    folder: Path
    provider: Path

    @property
    def plan(self) -> Path:
        return self.folder / "plan"

    def offered(self) -> "contextlib.AbstractContextManager[Mapping[str, str]]":
        return offered(self.folder, self.plan, os.environ)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    folder = tmp_path / ".terraform" / "providers" / PROVIDER / VERSION / platform_name()
    folder.mkdir(parents=True)
    provider = folder / f"terraform-provider-aws_v{VERSION}_x5"
    script(provider, "exit 0")
    with zipfile.ZipFile(tmp_path / "plan", "w") as archive:
        archive.writestr("tfstate", json.dumps(STATE))
        archive.writestr("tfconfig/m-/cdk.tf.json", json.dumps(STACK))
    (tmp_path / ".terraform.lock.hcl").write_text("checksums")
    return Place(tmp_path, provider)


def script(file: Path, text: str) -> None:
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


def keep(place: Place) -> None:
    """As if the provider had answered: with no types at all."""
    schemas.keep(schemas.key_of(place.folder), b"")


def says(line: str) -> Callable[[Place, pytest.MonkeyPatch], None]:
    return lambda place, _: script(place.provider, line)


def has_node(node: str) -> Callable[[Place, pytest.MonkeyPatch], None]:
    def broken(place: Place, patch: pytest.MonkeyPatch) -> None:
        keep(place)
        patch.setenv("JSII_NODE", node)

    return broken


def started(place: Place, patch: pytest.MonkeyPatch) -> None:
    keep(place)
    patch.setenv("TF_REATTACH_PROVIDERS", "{}")


def overridden(place: Place, patch: pytest.MonkeyPatch) -> None:
    keep(place)
    file = place.folder / "terraformrc"
    file.write_text('provider_installation {\n dev_overrides {\n "hashicorp/aws" = "/x"\n }\n}\n')
    patch.setenv("TF_CLI_CONFIG_FILE", str(file))


def twice(place: Place, _: pytest.MonkeyPatch) -> None:
    script(place.provider.with_name("terraform-provider-aws_b"), "exit 0")


BREAKS: dict[str, Callable[[Place, pytest.MonkeyPatch], object]] = {
    "no provider": lambda place, _: place.provider.unlink(),
    "two providers": twice,
    "no lock file": lambda place, _: (place.folder / ".terraform.lock.hcl").unlink(),
    "no plan": lambda place, _: place.plan.unlink(),
    "a plan that is no archive": lambda place, _: place.plan.write_text("plan"),
    "a provider that ends": says("exit 1"),
    "a provider that says something else": says("echo hello"),
    "another protocol": says("echo '1|6|unix|/x|grpc|'; exec sleep 600"),
    "nobody at the socket": says("echo '1|5|unix|/x|grpc|'; exec sleep 600"),
    "no Node": has_node("/nowhere/node"),
    "a Node that ends": has_node("/bin/false"),
    "a provider that the user has started": started,
    "a provider that the user builds": overridden,
}


@pytest.mark.parametrize("broken", BREAKS)
def test_where_it_cannot_be_the_provider_is_left_to_terraform(
    broken: str, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    BREAKS[broken](place, monkeypatch)
    with place.offered() as variables:
        assert variables == {}
    with (
        standby(os.environ) as ready,
        offered(place.folder, place.plan, os.environ, ready) as variables,
    ):
        assert variables == {}


@pytest.mark.parametrize("developed", [started, overridden])
def test_where_somebody_develops_a_provider_no_node_stands_by(
    developed: Callable[[Place, pytest.MonkeyPatch], object],
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with standby(os.environ) as ready:
        assert ready
    developed(place, monkeypatch)
    with standby(os.environ) as ready:
        assert ready is None


def test_a_place_that_cannot_be_written_keeps_nothing(
    place: Place,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    work_in: Callable[[Path], None],
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    work_in(tmp_path / "file")
    monkeypatch.setattr(schemas, "_ask", lambda *_: b"")
    with place.offered() as variables:
        assert variables


OFFERS = """
import os, sys, time
from pathlib import Path
from strata import cli
from strata.terraform.schemas import REATTACH, offered
import json
def command(**_):
    with offered(Path(sys.argv[2]), Path(sys.argv[3]), os.environ) as variables:
        (about,) = json.loads(variables[REATTACH]).values()
        print(about["Pid"], flush=True)
        while True:
            time.sleep(0.1)
cli.app = command
sys.exit(cli.main())
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_what_answers_ends_with_the_command_however_that_ends(
    number: signal.Signals, place: Place, tmp_path: Path
) -> None:
    keep(place)
    private = tmp_path / "private"
    private.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", OFFERS, "plan", place.folder, place.plan], cwd=ROOT, text=True,
        env={**os.environ, "TMPDIR": str(private)}, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, start_new_session=True,
    ) as command:  # fmt: skip
        assert command.stdout and command.stderr
        watched = os.pidfd_open(int(command.stdout.readline()))
        command.send_signal(number)
        said = command.stderr.read()
    ended, _, _ = select.select([watched], [], [], 60)
    os.close(watched)
    assert ended
    assert "Traceback" not in said
    # There are only schemas in it, which are no secret, if nobody could take it away.
    assert number == signal.SIGKILL or list(private.iterdir()) == []


def test_the_types_are_those_of_the_configuration_and_of_the_states(place: Place) -> None:
    assert types_of(place.plan) == {
        "aws_region", "aws_security_group", "aws_ssm_parameter", "aws_sns_topic", "aws_sqs_queue"
    }  # fmt: skip


def field(number: int, content: bytes) -> bytes:
    """A field of a message in Protocol Buffers."""
    length, rest = len(content), b""
    while length > 0x7F:
        rest += bytes([length & 0x7F | 0x80])
        length >>= 7
    return bytes([number << 3 | 2]) + rest + bytes([length]) + content


def entry(name: str) -> bytes:
    return field(1, name.encode()) + field(2, b"schema" * 100)


@pytest.mark.parametrize("kind", [2, 3, 8])
def test_the_cut_has_the_named_types_and_all_that_is_of_the_provider(kind: int) -> None:
    own = [field(number, b"own") for number in (1, 5, 6, 7)]
    one, other = field(kind, entry("aws_a")), field(kind, entry("aws_ab"))
    assert cut(b"".join([*own, one, other]), {"aws_a"}) == b"".join([*own, one])
    with pytest.raises((UnexpectedFormat, IndexError)):
        cut(b"".join([*own, one])[:-1], {"aws_a"})
