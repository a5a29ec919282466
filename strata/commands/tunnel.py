"""`strata tunnel`"""

import errno
import os
import re
import shlex
import socket
from typing import TYPE_CHECKING, Annotated, Any

import typer

from strata.commands.base import Env
from strata.commands.common import aim
from strata.commands.output import output_of
from strata.errors import StrataError, UsageError
from strata.machine.unforeseen import say
from strata.settings import Settings, load

if TYPE_CHECKING:
    from strata.release.tunnels import Goal

LOCALHOST = "127.0.0.1"


def tunnel(
    env: Env,
    target: Annotated[
        str,
        typer.Argument(metavar="TARGET", help="database, redis, or a port of an instance."),
    ],
    *,
    local: Annotated[
        int | None,
        typer.Option(metavar="PORT", min=1, max=65535, help="Port here; by default the same."),
    ] = None,
    show_password: Annotated[
        bool, typer.Option("--show-password", help="Print the password, from Secrets Manager.")
    ] = False,
) -> None:
    """Reach the database, Redis or a port of an instance from here, through Session Manager."""
    from strata.release import sessions, tunnels  # noqa: PLC0415 - boto3 takes its time
    from strata.release.ecs import Ecs  # noqa: PLC0415
    from strata.release.place import place as place_of  # noqa: PLC0415

    if target not in ("database", "redis") and not re.fullmatch(r"[1-9][0-9]{0,4}", target):
        raise UsageError(f"{target!r} is no target", "database, redis, or a port")
    if target.isdigit() and int(target) > 65535:
        raise UsageError(f"{target} is no port", "1 to 65535")
    settings = load(env)
    sessions.check_plugin()
    aim(settings.environment)
    goal = _goal(settings, target)
    if show_password and not goal.secret:
        raise UsageError(f"{target} has no password to show", "leave --show-password away")
    port = free_port(goal.port, local)
    ecs = Ecs(settings.environment, place_of(settings))
    opened, request = tunnels.start(settings.environment, ecs, goal, port)
    _say(settings, goal, port, shown=show_password)
    code = sessions.hold(settings.environment, opened, request)
    if code:
        raise StrataError(f"{sessions.PLUGIN} ended with exit code {code}")


def _goal(settings: Settings, target: str) -> "Goal":
    """What is to be reached, as the states have it."""
    from strata.release.tunnels import Goal  # noqa: PLC0415 - boto3 takes its time

    if target.isdigit():
        return Goal(target, "", int(target), "")
    output = output_of(settings.environment)
    name, secret = {
        "database": ("database", "database password"),
        "redis": ("cache", "Redis token"),
    }[target]
    endpoint = next((one for one in output.endpoints if one.name == name), None)
    if endpoint is None:
        raise StrataError(
            f"{settings.environment.name} has no {target} yet",
            f"{settings.environment.command('apply')} makes it",
        )
    return Goal(target, endpoint.host, endpoint.port, output.secrets.get(secret, ""))


def free_port(same: int, asked: int | None) -> int:
    """The port here: the one that is asked for, the same as there, or any that is free."""
    if asked is not None:
        if why := _in_the_way(asked):
            if why == errno.EADDRINUSE:
                raise StrataError(f"port {asked} of this machine is taken", "--local names another")
            raise StrataError(
                f"port {asked} of this machine: {os.strerror(why)}",
                "--local names another, from 1024 on",
            )
        return asked
    if same >= 1024 and not _in_the_way(same):
        return same
    with socket.socket() as probe:
        probe.bind((LOCALHOST, 0))
        return int(probe.getsockname()[1])


def _in_the_way(port: int) -> int | None:
    """The error number of who would listen on a port; None where nothing is in the way."""
    with socket.socket() as probe:
        # A port whose last connection has just ended can be listened on again.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOCALHOST, port))
        except OSError as error:
            return error.errno
    return None


def _say(settings: Settings, goal: "Goal", port: int, *, shown: bool) -> None:
    """How to connect; the password itself only where it was asked for."""
    there = f"{goal.host}:{goal.port}" if goal.host else f"port {goal.port} of an instance"
    typer.echo(f"{LOCALHOST}:{port} leads to {there}, until Ctrl-C")
    for line in connection(settings, goal.name, goal.host, port):
        typer.echo(f"connect    {line}")
    if not goal.secret:
        return
    if shown:
        typer.echo(f"password   {_password(settings, goal)}")
        return
    secret = f"aws secretsmanager get-secret-value --region {settings.environment.region}"
    say(f"password   --show-password prints it, or {secret} --secret-id '{goal.secret}'")


def connection(settings: Settings, name: str, host: str, port: int) -> list[str]:
    """The command that connects with TLS, as a shell takes it; none for a port of an instance."""
    database = settings.database
    if name == "database":
        return [
            # The certificate is for the name of RDS and not for this machine: its chain is checked.
            f"mysql --host={LOCALHOST} --port={port} --user={shlex.quote(database.username)} "
            f"--password --ssl-mode=VERIFY_CA --ssl-ca=global-bundle.pem "
            f"{shlex.quote(database.name)}"
        ]
    if name == "redis":
        tls = f" --tls --sni {host}" if settings.cache.encryption_in_transit else ""
        auth = " --askpass" if settings.cache.auth else ""
        return [f"redis-cli -h {LOCALHOST} -p {port}{tls}{auth}"]
    return []


def _password(settings: Settings, goal: "Goal") -> str:
    import json  # noqa: PLC0415

    from strata.aws.session import IMPATIENT, session  # noqa: PLC0415 - boto3 takes its time
    from strata.release.ecs import asking  # noqa: PLC0415

    secrets: Any = session(settings.environment).client("secretsmanager", config=IMPATIENT)
    with asking():
        text = str(secrets.get_secret_value(SecretId=goal.secret)["SecretString"])
    # RDS keeps JSON with username and password, Strata the token of Redis as it is.
    return str(json.loads(text)["password"]) if goal.name == "database" else text
