"""`strata secret` on the emulator: what it stores, what it says, and that it says no value."""

import io
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from strata import cli
from strata.apply.offered import look
from strata.commands.base import out
from strata.commands.offered import require_secrets
from strata.local import emulator as emulation
from strata.plan_file.changes import Change
from strata.settings import load
from strata.settings.load import InvalidSettings, dotted
from tests import ROOT

pytestmark = pytest.mark.emulator
VALUE = "hunter2-is-no-password"
HERE = "eu-central-1:123456789012"
KEY = f"arn:aws:kms:{HERE}:key/1234abcd-12ab-34cd-56ef-1234567890ab"

Run = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Any]]:
    with emulation.emulator(tmp_path_factory.mktemp("secrets")):
        make: Any = boto3.client
        yield lambda name: make(name, region_name="eu-central-1")


@pytest.fixture
def run(
    aws: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Runs `strata secret` with a value on standard input: its exit code, and all that it says."""

    def with_value(*words: str | Path, value: str = VALUE + "\n") -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["strata", "secret", *map(str, words)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(value.encode())))
        code = cli.main()
        printed = capsys.readouterr()
        said = f"{printed.out}{printed.err}"
        assert VALUE not in said
        return code, said

    yield with_value
    monkeypatch.setattr(out, "stderr", False)


def environment(folder: Path, *lines: str, service: str = "") -> Path:
    """A settings file like local's with these lines in `[service.secrets]`."""
    file = folder / "local.toml"
    text = (ROOT / "envs" / "local.toml").read_text()
    tag = 'image_tag = "1.0.0"\n'
    file.write_text(
        text.replace(tag, "\n".join([tag + service, "[service.secrets]", *lines, "\n"]))
    )
    return file


def test_set_makes_a_secret_and_its_line_works(run: Run, aws: Any, tmp_path: Path) -> None:
    file = environment(tmp_path)
    code, said = run("set", file, "payments-token")
    assert code == 0
    assert "shop/local/payments-token is made" in said
    assert '    PAYMENTS_TOKEN = "shop/local/payments-token"' in said
    client = aws("secretsmanager")
    stored = client.get_secret_value(SecretId="shop/local/payments-token")
    assert stored["SecretString"] == VALUE
    tags = client.describe_secret(SecretId="shop/local/payments-token")["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"Project": "shop", "Environment": "local"}
    # The printed line is taken, and is found.
    line = next(one.strip() for one in said.splitlines() if "PAYMENTS_TOKEN =" in one)
    file = environment(tmp_path, line)
    require_secrets(str(file), load(str(file)))
    code, said = run("set", file, "PAYMENTS_TOKEN", value="another")
    assert code == 0
    assert "shop/local/payments-token has a new value" in said
    assert f"used by PAYMENTS_TOKEN in {file}" in said
    assert f"strata secret rotate {file} PAYMENTS_TOKEN" in said
    assert client.get_secret_value(SecretId=stored["ARN"])["SecretString"] == "another"


def test_each_key_of_a_json_object_gets_a_line_that_is_taken(run: Run, tmp_path: Path) -> None:
    text = json.dumps({"user": "mail", "pass-word": VALUE})
    code, said = run("set", environment(tmp_path), "smtp", value=text)
    assert code == 0
    lines = [one.strip() for one in said.splitlines() if one.startswith("    SMTP_")]
    assert [line.partition(" ")[0] for line in lines] == ["SMTP_USER", "SMTP_PASS_WORD"]
    file = environment(tmp_path, *lines)
    settings = load(str(file))
    assert look(settings, [made("aws_ecs_task_definition")]).refused == []
    code, said = run("set", file, "SMTP_USER", value=json.dumps({"user": VALUE}))
    assert code == 2
    assert "read pass-word from this secret" in said


def test_a_parameter_is_a_secure_string_and_its_line_works(
    run: Run, aws: Any, tmp_path: Path
) -> None:
    code, said = run("set", environment(tmp_path), "license", "--parameter")
    assert code == 0
    arn = f"arn:aws:ssm:{HERE}:parameter/shop/local/license"
    assert f'    LICENSE = "{arn}"' in said
    client = aws("ssm")
    stored = client.get_parameter(Name="/shop/local/license", WithDecryption=True)["Parameter"]
    assert (stored["Type"], stored["Value"]) == ("SecureString", VALUE)
    file = environment(tmp_path, f'LICENSE = "{arn}"')
    assert look(load(str(file)), [made("aws_ecs_task_definition")]).refused == []
    assert run("set", file, "LICENSE", value="another")[0] == 0
    stored = client.get_parameter(Name="/shop/local/license", WithDecryption=True)["Parameter"]
    assert stored["Value"] == "another"


def test_a_key_of_ones_own_is_used_and_its_line_said(run: Run, aws: Any, tmp_path: Path) -> None:
    code, said = run("set", environment(tmp_path), "keyed", "--kms-key", KEY)
    assert code == 0
    assert f'    secret_keys = ["{KEY}"]' in said
    assert aws("secretsmanager").describe_secret(SecretId="shop/local/keyed")["KmsKeyId"] == KEY
    line = 'KEYED = "shop/local/keyed"'
    settings = load(str(environment(tmp_path, line)))
    found = look(settings, [made("aws_ecs_task_definition")])
    assert found.refused == []
    assert [one.wrong for one in found.warnings] == [
        f"is under the KMS key {KEY}, which the tasks may not use"
    ]
    file = environment(tmp_path, line, service=f'secret_keys = ["{KEY}"]')
    assert look(load(str(file)), [made("aws_ecs_task_definition")]).warnings == []


def test_list_shows_what_is_there_missing_and_not_used(run: Run, aws: Any, tmp_path: Path) -> None:
    client = aws("secretsmanager")
    client.create_secret(Name="shop/local/empty")
    client.create_secret(Name="shop/local/going", SecretString=VALUE)
    client.delete_secret(SecretId="shop/local/going")
    client.create_secret(Name="shop/localhost/other", SecretString=VALUE)
    elsewhere = client.create_secret(Name="elsewhere", SecretString=VALUE)["ARN"]
    for images in ("image/9", "image-mail/store/api/9"):
        aws("ssm").put_parameter(Name=f"/shop/local/{images}", Value="1.0.0", Type="String")
    run("set", environment(tmp_path), "unused")
    file = environment(
        tmp_path,
        'ABSENT = "absent/token"',
        f'ELSEWHERE = "{elsewhere}"',
        'EMPTY = "shop/local/empty"',
        'GOING = "shop/local/going"',
    )
    code, said = run("list", file, "--json")
    assert code == 0
    rows = {one["name"]: one for one in json.loads(said)["secrets"]}
    found = {name: (one["state"], one["used_by"]) for name, one in rows.items()}
    expected = {
        "absent/token": ("missing", ["ABSENT"]),
        "elsewhere": ("there", ["ELSEWHERE"]),
        "shop/local/empty": ("no value", ["EMPTY"]),
        "shop/local/going": ("to be deleted", ["GOING"]),
        "shop/local/unused": ("there", []),
    }
    assert found.items() >= expected.items()
    assert rows["shop/local/unused"]["changed"]
    assert rows["shop/local/empty"]["changed"] is None
    ours = {"/shop/local/image/9", "/shop/local/image-mail/store/api/9"}
    assert not {"shop/localhost/other", *ours} & rows.keys()
    code, said = run("list", file)
    assert code == 0
    shown = {line.split()[0]: " ".join(line.split()[1:]) for line in said.splitlines()}
    assert shown["absent/token"] == "Secrets Manager missing used by ABSENT"
    assert shown["shop/local/unused"].endswith("not used")


def made(kind: str) -> Change:
    return Change(f"{kind}.x", ("create",), None, {})


def test_what_the_settings_name_and_is_not_there_is_found_with_line_and_command(
    run: Run, aws: Any, tmp_path: Path
) -> None:
    gone = f"arn:aws:secretsmanager:{HERE}:secret:gone/one-AbCdEf"
    parameter = f"arn:aws:ssm:{HERE}:parameter/gone"
    aws("secretsmanager").create_secret(Name="valueless")
    file = environment(
        tmp_path,
        'BY_NAME = "gone/token"',
        f'BY_ARN = "{gone}:key::"',
        f'PARAMETER = "{parameter}"',
        'VALUELESS = "valueless"',
    )
    settings = load(str(file))
    # Terraform looks up names alone, so that its plan would end there.
    with pytest.raises(InvalidSettings) as error:
        require_secrets(str(file), settings)
    line = file.read_text().splitlines().index('BY_NAME = "gone/token"') + 1
    (first, second) = error.value.problems
    assert str(first).splitlines()[0] == f'{file}:{line}: service.secrets.BY_NAME = "gone/token"'
    assert first.right == f"strata secret set {file} gone/token makes it"
    assert second.wrong == "has no value in Secrets Manager"
    found = look(settings, [made("aws_ecs_task_definition")])
    rights = {dotted(one.key).rpartition(".")[2]: one.right for one in found.refused}
    assert rights == {
        "BY_NAME": f"strata secret set {file} gone/token makes it",
        "BY_ARN": f"strata secret set {file} gone/one makes one and says its line, with a new ARN",
        "PARAMETER": f"strata secret set {file} {parameter} makes it",
        "VALUELESS": f"strata secret set {file} valueless sets it",
    }
    # The commands do what they say.
    for command in rights.values():
        _, _, *words, name = command.split()[:5]
        text = json.dumps({"key": VALUE}) if name == "gone/one" else VALUE
        code, said = run(*words, name, value=text)
        assert code == 0, said
    found = look(settings, [made("aws_ecs_task_definition")])
    assert [dotted(one.key) for one in found.refused] == ["service.secrets.BY_ARN"]
    assert aws("secretsmanager").describe_secret(SecretId="gone/one")["Name"] == "gone/one"
    # A plan that makes the parameter needs none before it.
    coming = Change("aws_ssm_parameter.x", ("create",), None, {"name": "gone"})
    assert look(settings, [coming, made("aws_ecs_task_definition")]).refused == found.refused
    # And one that changes no task asks about no secret.
    assert look(settings, [made("aws_vpc")]).refused == []


def test_what_others_set_is_refused(run: Run, aws: Any, tmp_path: Path) -> None:
    file = environment(tmp_path)
    client = aws("secretsmanager")
    tags = [{"Key": "ManagedBy", "Value": "strata"}]
    arn = client.create_secret(Name="shop-local-x", SecretString="theirs", Tags=tags)["ARN"]
    code, said = run("set", file, arn)
    assert code == 1
    assert "is set by Strata" in said
    client.create_secret(Name="shop/local/leaving", SecretString="theirs")
    client.delete_secret(SecretId="shop/local/leaving")
    code, said = run("set", file, "leaving")
    assert code == 1
    assert (
        "aws secretsmanager restore-secret --region eu-central-1 --secret-id shop/local/leav"
        in said
    )
    aws("ssm").put_parameter(Name="/shop/local/plain", Value="theirs", Type="String")
    code, said = run("set", file, "plain", "--parameter")
    assert code == 1
    assert "/shop/local/plain is a String" in said
    assert client.get_secret_value(SecretId=arn)["SecretString"] == "theirs"


def test_nothing_is_stored_without_a_value_and_nothing_rotated_that_is_not_there(
    run: Run, aws: Any, tmp_path: Path
) -> None:
    file = environment(tmp_path)
    code, said = run("set", file, "nothing", value="")
    assert code == 2
    assert "no value on standard input" in said
    code, said = run("rotate", file, "nothing")
    assert code == 1
    assert f"strata secret set {file} nothing makes it" in said
    names = aws("secretsmanager").list_secrets()["SecretList"]
    assert "shop/local/nothing" not in [one["Name"] for one in names]


def test_rotating_what_no_variable_gets_deploys_nothing(run: Run, aws: Any, tmp_path: Path) -> None:
    file = environment(tmp_path)
    run("set", file, "idle", value="old")
    code, said = run("rotate", file, "idle")
    assert code == 0
    assert "nothing is deployed" in said
    stored = aws("secretsmanager").get_secret_value(SecretId="shop/local/idle")
    assert stored["SecretString"] == VALUE


def test_at_a_terminal_the_value_is_asked_for_twice_and_not_shown(
    run: Run, aws: Any, tmp_path: Path
) -> None:
    file = environment(tmp_path)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "strata", "secret", "set", str(file), "typed"]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=ROOT,
                               start_new_session=True)  # fmt: skip
    os.close(theirs)
    seen = b""
    answers = [VALUE, VALUE]
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:
            break
        if not part:
            break
        seen += part
        if (
            answers
            and seen.lower().count(b"value") + seen.count(b"Repeat")
            and seen.endswith(b": ")
        ):
            os.write(ours, f"{answers.pop()}\n".encode())
    os.close(ours)
    assert process.wait() == 0, seen
    assert VALUE.encode() not in seen
    stored = aws("secretsmanager").get_secret_value(SecretId="shop/local/typed")
    assert stored["SecretString"] == VALUE
