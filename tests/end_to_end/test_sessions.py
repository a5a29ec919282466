"""`strata exec` and `strata tunnel`: the real calls, and the plugin called as AWS documents it."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from strata import cli
from strata.commands.tunnel import free_port
from strata.deployer.table import Use
from strata.documents.layers import state_key
from strata.settings import load
from tests.deployer.record import forget, not_allowed
from tests.emulator.ecs.shop import Shop
from tests.end_to_end import service
from tests.end_to_end.conftest import Client

pytestmark = pytest.mark.emulator

ENVIRONMENT = load("local").environment
PASSWORD = "not for everybody"
PLUGIN = """#!{python}
import json, os, signal, sys
if sys.argv[1:] == ["--version"]:
    print("{version}")
    sys.exit()
variable = "AWS_SSM_START_SESSION_RESPONSE"
ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
with open("{folder}/called", "w") as file:
    json.dump(
        dict(words=sys.argv[1:], response=os.environ.get(variable), ignored=ignored), file
    )
sys.exit({code})
"""

Run = Callable[..., tuple[int, str, str]]
Put = Callable[..., None]


@pytest.fixture(scope="module")
def shop(aws: Client) -> Shop:
    """The service of `local`, and what the states say of its database and Redis."""
    shop = service.made(os.environ["AWS_ENDPOINT_URL"])
    forget()
    secrets = aws("secretsmanager")
    both = {"username": "admin", "password": PASSWORD}
    database = secrets.create_secret(Name="rds!db-1", SecretString=json.dumps(both))
    redis = secrets.create_secret(Name="shop-local-redis-auth-1", SecretString="a token")
    _state(
        aws,
        "database",
        "aws_db_instance",
        {"address": "db.example", "port": 3306, "identifier": "shop-local-database"},
        master_user_secret_arn=database["ARN"],
    )
    cache = {"primary_endpoint_address": "redis.example", "port": 6379}
    _state(
        aws, "cache", "aws_elasticache_replication_group", cache, auth_token_secret_arn=redis["ARN"]
    )
    return shop


def _state(aws: Client, layer: str, kind: str, attributes: Any, **outputs: str) -> None:
    document = {
        "version": 4,
        "terraform_version": "1.11.4",
        "serial": 1,
        "lineage": layer,
        "outputs": {name: {"value": value, "type": "string"} for name, value in outputs.items()},
        "resources": [
            {
                "mode": "managed",
                "type": kind,
                "name": layer,
                "provider": "",
                "instances": [{"attributes": attributes}],
            }
        ],
    }
    aws("s3").put_object(
        Bucket=ENVIRONMENT.state_bucket,
        Key=state_key(ENVIRONMENT.name, layer),
        Body=json.dumps(document).encode(),
    )


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Put:
    """Puts a plugin on the PATH that writes down how it was called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def plugin(version: str = "1.2.650.0", code: int = 0) -> None:
        script = folder / "session-manager-plugin"
        text = PLUGIN.format(python=sys.executable, folder=folder, version=version, code=code)
        script.write_text(text)
        script.chmod(0o755)

    return plugin


@pytest.fixture
def called(tmp_path: Path) -> Callable[[], Any]:
    """How the plugin was called."""
    return lambda: json.loads((tmp_path / "bin" / "called").read_text())


@pytest.fixture
def run(shop: Shop, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs `strata ...`: its exit code, stdout and stderr."""

    def of(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["strata", *words])
        code = cli.main()
        said = capfd.readouterr()
        assert "emulated" not in said.out + said.err, "a token is in no output"
        return code, said.out, said.err

    return of


def test_exec_hands_the_session_to_the_plugin_and_its_token_to_nobody_else(
    run: Run, put: Put, called: Callable[[], Any], shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    put()
    code, _, log = run("exec", "local", "--", "ls", "-l", "a file")
    assert code == 0, log
    call = called()
    variable, region, operation, profile, request, endpoint = call["words"]
    assert (variable, operation) == ("AWS_SSM_START_SESSION_RESPONSE", "StartSession")
    assert (region, profile) == ("eu-central-1", "")
    assert endpoint.startswith("http://127.0.0.1:")
    response = json.loads(call["response"])
    assert response["TokenValue"] == "emulated"
    assert response["StreamUrl"].startswith("wss://")
    assert all("emulated" not in word for word in call["words"])
    assert not call["ignored"], "Ctrl-C reaches what runs in the container"
    # Target: ecs:cluster_task_runtime (AWS CLI, ecs execute-command).
    task = next(
        one
        for one in shop.tasks(serviceName="shop-local")
        if one["taskArn"].rpartition("/")[2] in request
    )
    id_, runtime = task["taskArn"].rpartition("/")[2], task["containers"][0]["runtimeId"]
    assert json.loads(request) == {"Target": f"ecs:shop-local_{id_}_{runtime}"}
    assert f"task {id_[:8]}: ls -l 'a file'" in log


def test_exec_is_a_shell_in_the_task_that_is_named(
    run: Run, put: Put, called: Callable[[], Any], shop: Shop
) -> None:
    put()
    for task in shop.tasks(serviceName="shop-local"):
        id_ = task["taskArn"].rpartition("/")[2]
        code, _, log = run("exec", "local", "--task", id_[:8])
        assert (code, log.strip()) == (0, f"task {id_[:8]}: /bin/sh")
        assert f"_{id_}_" in called()["words"][4]
    code, _, log = run("exec", "local", "--task", "abcdef01")
    assert code == 1
    assert "no running task of the service has an id that begins with abcdef01" in log


def test_exec_of_no_command_is_refused_before_a_session(
    run: Run, put: Put, called: Callable[[], Any]
) -> None:
    put()
    for command in ("", " "):
        code, _, log = run("exec", "local", "--", command)
        assert code == 2
        assert log == "error: there is no command to run\nhint: leave it away for a shell\n"
    with pytest.raises(FileNotFoundError):
        called()


def test_exec_says_what_switches_it_on(run: Run, put: Put, shop: Shop) -> None:
    put()
    wanted = {"cluster": shop.cluster, "service": "shop-local"}
    shop.ecs.update_service(**wanted, enableExecuteCommand=False, forceNewDeployment=True)
    shop.step(service.SETTLED_SECONDS)
    code, _, log = run("exec", "local")
    assert code == 1
    assert "was started without ECS Exec" in log
    assert "[service] exec = true" in log
    assert "strata plan local, strata apply local" in log
    shop.ecs.update_service(**wanted, enableExecuteCommand=True, forceNewDeployment=True)
    shop.step(service.SETTLED_SECONDS)


@pytest.mark.parametrize("command", [("exec", "local"), ("tunnel", "local", "database")])
def test_the_plugin_must_be_there_and_take_a_token_in_private(
    command: tuple[str, ...], run: Run, put: Put, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put(version="1.2.497.0")
    code, _, log = run(*command)
    assert code == 1
    assert "1.2.497.0 takes a session's token as an argument alone" in log
    put(version="what")
    assert "gives no version: 'what'" in run(*command)[2]
    monkeypatch.setenv("PATH", str(tmp_path))
    code, _, log = run(*command)
    assert code == 1
    assert "session-manager-plugin is not installed" in log
    assert "session-manager-working-with-install-plugin" in log.replace("\n", "")


def test_a_plugin_that_fails_is_a_failure(run: Run, put: Put) -> None:
    put(code=3)
    assert run("exec", "local")[0] == 1
    code, _, log = run("tunnel", "local", "database")
    assert code == 1
    assert "session-manager-plugin ended with exit code 3" in log


@pytest.mark.parametrize(
    ("target", "host", "port"), [("database", "db.example", 3306), ("redis", "redis.example", 6379)]
)
def test_a_tunnel_goes_through_an_instance_of_the_cluster(
    target: str, host: str, port: int, run: Run, put: Put, called: Callable[[], Any], shop: Shop
) -> None:
    put()
    local = free_port(port, None)
    code, said, log = run("tunnel", "local", target, "--local", str(local))
    assert code == 0, log
    request = json.loads(called()["words"][4])
    instances = {one["ec2InstanceId"] for one in shop.container_instances()}
    assert request.pop("Target") in instances
    assert request == {
        "DocumentName": "AWS-StartPortForwardingSessionToRemoteHost",
        "Parameters": {
            "host": [host],
            "portNumber": [str(port)],
            "localPortNumber": [str(local)],
        },
    }
    assert said.splitlines()[0] == f"127.0.0.1:{local} leads to {host}:{port}, until Ctrl-C"
    assert PASSWORD not in said + log
    assert "a token" not in said + log
    assert "--show-password prints it" in log


def test_a_tunnel_goes_through_no_instance_that_is_drained(
    run: Run, put: Put, called: Callable[[], Any], shop: Shop
) -> None:
    put()
    run("tunnel", "local", "51678")
    first = json.loads(called()["words"][4])["Target"]
    [arn] = [
        one["containerInstanceArn"]
        for one in shop.container_instances()
        if one["ec2InstanceId"] == first
    ]

    def state(name: Any) -> None:
        shop.ecs.update_container_instances_state(
            cluster=shop.cluster, containerInstances=[arn], status=name
        )

    state("DRAINING")
    run("tunnel", "local", "51678")
    state("ACTIVE")
    assert json.loads(called()["words"][4])["Target"] != first


def test_the_commands_that_connect_use_tls_and_ask_for_the_password(run: Run, put: Put) -> None:
    put()
    (line,) = run("tunnel", "local", "database", "--local", "13306")[1].splitlines()[1:]
    assert line == (
        "connect    mysql --host=127.0.0.1 --port=13306 --user=shop_admin --password "
        "--ssl-mode=VERIFY_CA --ssl-ca=global-bundle.pem shop"
    )
    (line,) = run("tunnel", "local", "redis", "--local", "16379")[1].splitlines()[1:]
    assert line == (
        "connect    redis-cli -h 127.0.0.1 -p 16379 --tls --sni redis.example --askpass"
    )


def test_the_password_is_shown_where_it_is_asked_for(run: Run, put: Put) -> None:
    put()
    said = run("tunnel", "local", "database", "--show-password")[1]
    assert said.splitlines()[-1] == f"password   {PASSWORD}"
    said = run("tunnel", "local", "redis", "--show-password")[1]
    assert said.splitlines()[-1] == "password   a token"


def test_a_port_is_one_of_the_instance_itself(
    run: Run, put: Put, called: Callable[[], Any]
) -> None:
    put()
    code, said, log = run("tunnel", "local", "51678", "--local", "15167")
    assert code == 0, log
    request = json.loads(called()["words"][4])
    assert request["DocumentName"] == "AWS-StartPortForwardingSession"
    assert request["Parameters"] == {"portNumber": ["51678"], "localPortNumber": ["15167"]}
    assert said == "127.0.0.1:15167 leads to port 51678 of an instance, until Ctrl-C\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["mysql"], "'mysql' is no target"),
        (["0"], "'0' is no target"),
        (["65536"], "65536 is no port"),
        (["80", "--show-password"], "80 has no password to show"),
    ],
)
def test_what_is_no_target_is_wrong_usage(words: list[str], said: str, run: Run, put: Put) -> None:
    put()
    code, _, log = run("tunnel", "local", *words)
    assert code == 2
    assert said in log


def test_the_policy_of_a_release_allows_all_that_was_asked(shop: Shop) -> None:
    assert not_allowed(load("local"), use=Use.RELEASE) == []
