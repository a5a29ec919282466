"""`strata secret`"""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from strata.commands.base import AsJson, Env, out, print_json
from strata.commands.common import aim, alone
from strata.errors import StrataError
from strata.settings import Settings, load
from strata.settings.load import resolve as file_of
from strata.settings.load import shown
from strata.views.steps import step

if TYPE_CHECKING:
    from strata.release.secret_sources import Source
    from strata.release.secret_store import Store, Stored

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="A variable of [service.secrets], or the name of a secret; the value is read from "
        "standard input.",
    ),
]
Parameter = Annotated[
    bool,
    typer.Option("--parameter", help="In Parameter Store (SecureString), not Secrets Manager."),
]
Key = Annotated[
    str | None,
    typer.Option(
        "--kms-key", metavar="ARN", help="Your own KMS key to encrypt it with, not AWS's."
    ),
]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="The application's own secrets: set one, list them, give one a new value.",
)


@app.command("set")
def set_(env: Env, name: Name, *, parameter: Parameter = False, kms_key: Key = None) -> None:
    """Store a secret, new or not, and say the line of the settings that uses it."""
    from strata.release import secret_sources as sources  # noqa: PLC0415 - boto3 takes its time

    settings = _ready(env)
    key = sources.kms_key(settings.environment, kms_key)
    source = sources.resolve(settings, name, parameter=parameter)
    source, store, there, value = _asked(settings, source, name)
    arn = store.put(source, there, value, key, settings)
    out.print(f"{source.plain} {'has a new value' if there else 'is made'}")
    for line in _lines(env, settings, source, arn, sources.keys_of(value)):
        out.print(line)
    _say_key(settings, key, there)
    if there and _variables(settings, source):
        words = settings.environment.command("secret rotate", name)
        out.print(f"tasks that run keep the old value until the next deployment, as of {words}")


@app.command("list")
def list_(env: Env, *, as_json: AsJson = False) -> None:
    """Show which secrets there are, when they were set, and which variables get them; no values."""
    from strata.release import secret_store  # noqa: PLC0415 - boto3 takes its time
    from strata.views.text.secrets import text  # noqa: PLC0415

    settings = _ready(env)
    with step("asking Secrets Manager and Parameter Store"):
        report = secret_store.listed(settings, secret_store.Store(settings.environment))
    if as_json:
        print_json(report)
    else:
        typer.echo(text(report, settings.environment.command("secret set", "NAME")), nl=False)


@app.command("rotate")
def rotate(env: Env, name: Name) -> None:
    """Give a secret a new value, and deploy the service anew, so that every task has it."""
    from strata.release import rotation  # noqa: PLC0415 - boto3 takes its time
    from strata.release import secret_sources as sources  # noqa: PLC0415

    settings = _ready(env)
    source = sources.resolve(settings, name)
    with alone(settings.environment.name):
        # Before a value is asked for: without it there is nothing to rotate.
        source, store, there, value = _asked(settings, source, name, must_exist=True)
        variables = _variables(settings, source)
        services = rotation.Services.of(settings) if variables else rotation.Services(())
        store.put(source, there, value, None, settings)
        out.print(f"{source.plain} has a new value")
        if not variables:
            out.print("no variable of the settings gets it, so that nothing is deployed")
            return
        try:
            with step("deploying the service anew"):
                services.deploy_anew(by_rule=False, say=out.print)
        except StrataError as error:
            raise StrataError(
                f"the new value is stored, and not every task has it: {error.message}", error.hint
            ) from error
    out.print(f"every task has it, in {', '.join(variables)}")


def _ready(env: str) -> Settings:
    """The settings, once AWS has answered as their account."""
    from strata.state.preflight import check_account  # noqa: PLC0415 - boto3 takes its time

    settings = load(env)
    aim(settings.environment)
    check_account(settings.environment)
    return settings


def _asked(
    settings: Settings, source: "Source", name: str, *, must_exist: bool = False
) -> "tuple[Source, Store, Stored | None, str]":
    """The place, the stores, what is there, and the value from standard input.

    Everything else is looked at before a value is asked for.
    """
    from strata.release import secret_sources as sources  # noqa: PLC0415 - boto3 takes its time
    from strata.release import secret_store  # noqa: PLC0415
    from strata.release.ecs import asking  # noqa: PLC0415

    environment = settings.environment
    store = secret_store.Store(environment)
    with asking():
        there = store.find(source)
        if there is None and not must_exist and not name.startswith("arn:"):
            # The settings have the ARN of a secret that is gone: a new one has another.
            source = sources.Source(source.service, source.plain)
            there = store.find(source)
    if must_exist and there is None:
        raise StrataError(
            f"there is no secret {source.plain}",
            f"{environment.command('secret set', name)} makes it",
        )
    secret_store.require_settable(source, there, environment)
    uses = [use for use in sources.uses(settings) if use.source == source]
    keys = {use.json_key for use in uses if use.json_key}
    return source, store, there, sources.value(_input(), source, keys)


def _input() -> bytes:
    """What is on standard input; at a terminal it is asked for twice, and not shown."""
    if sys.stdin.isatty():
        answer: str = typer.prompt("value", hide_input=True, confirmation_prompt=True, err=True)
        return answer.encode()
    return sys.stdin.buffer.read()


def _variables(settings: Settings, source: "Source") -> list[str]:
    from strata.release.secret_sources import uses  # noqa: PLC0415

    return sorted({use.variable for use in uses(settings) if use.source == source})


def _lines(
    env: str, settings: Settings, source: "Source", arn: str, json_keys: list[str]
) -> list[str]:
    """The lines of the settings that use a secret: which do, or which would."""
    from strata.release.secret_sources import variable_of  # noqa: PLC0415

    file = shown(file_of(env).resolve())
    used = _variables(settings, source)
    if used:
        return [f"used by {', '.join(used)} in {file}"]
    variable = variable_of(settings.environment, source)
    value = source.name if source.service == "secretsmanager" else arn
    lines = [
        f"to use it, write into {file}, all of it or one of its values:"
        if json_keys
        else f"to use it, write into {file}:",
        "    [service.secrets]",
        f'    {variable} = "{value}"',
    ]
    if source.service == "secretsmanager":
        for key in json_keys:
            whole = f"{variable}_{key}"
            name = "".join(one if one.isalnum() else "_" for one in whole).upper()
            lines.append(f'    {name} = "{arn}:{key}::"')
    return lines


def _say_key(settings: Settings, key: str | None, there: "Stored | None") -> None:
    """Say which key the settings must name as well, for tasks to read what is under it."""
    from strata.release.secret_store import unnamed_key  # noqa: PLC0415 - boto3 takes its time

    unnamed = unnamed_key(settings, there) if key is None else key
    if unnamed and unnamed not in settings.service.secret_keys:
        out.print("and, since it is under a key of your own:")
        out.print("    [service]")
        out.print(f'    secret_keys = ["{unnamed}"]')
