"""The `strata` command: its commands by name, and how an error of theirs is shown."""

import importlib
import os
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer._click.exceptions import NoSuchOption
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from strata.commands.complete import VARIABLE
from strata.commands.exit_codes import ExitCodes, codes_of
from strata.errors import Answered
from strata.machine import folders, streams
from strata.machine.signals import Stopped, stoppable
from strata.machine.unforeseen import say, tell
from strata.machine.verbosity import Verbosity, chosen
from strata.synthesis import head_start

if TYPE_CHECKING:
    from typer._click import Command, Context, Parameter

DEBUG = "--debug"
INTERRUPTED = 130
"""What a shell has for a command that Ctrl-C ended."""

COMMANDS = {
    "check": "Judge settings; then what they would make: its cost if there is a budget, and its "
    "paths.",
    "schema": "Print the JSON schema of a settings file.",
    "synth": "Write the Terraform JSON of every layer, and of all layers in one.",
    "gate": "Judge what would be built; exit code 1: findings, 2: no verdict.",
    "reach": "Show who can reach what: the table, or one path explained; exit code 1: not as "
    "expected.",
    "map": "Draw the environment: its network, its system, who reaches what.",
    "cost": "Estimate the cost of a month.",
    "policy": "Print the least IAM policy to deploy the environment, to release to it or to plan.",
    "bootstrap": "Create the state bucket, or repair it.",
    "plan": "Plan all layers as one, and write the review; exit code 2: changes, 0: none.",
    "apply": "Apply a review and nothing else; without one, plan, show it and ask.",
    "push": "Build an image, or take one, and push it to the environment's repository.",
    "logs": "Print what the service's containers wrote.",
    "run": "Run a command once, in the service's image with its roles and secrets.",
    "exec": "Open a shell in a task of the service, or run a command there.",
    "tunnel": "Reach the database, Redis or a port of an instance from here, through Session "
    "Manager.",
    "deploy": "Release an image that is in the repository, and say what became of it.",
    "rollback": "Go back to the last good revision, or to another, and say what became of it.",
    "status": "Show what runs: image, tasks, instances, targets, deployments, jobs, alarms, "
    "address.",
    "drift": "Compare AWS with what was applied; exit code 3: drift. Changes nothing.",
    "move": "Move the states of what went to another layer, before a plain `cdktf deploy`.",
    "destroy": "Show what would be lost, ask, and destroy every layer; the state bucket stays.",
    "unlock": "Remove a lock whose holder has ended.",
    "redis-auth": "Give Redis its token after a plain `cdktf deploy`.",
    "database-user": "Make the application's user in the database, or set its password and "
    "privileges again.",
    "rotate": "Give the database, Redis or the application's database user a new password.",
    "secret": "The application's own secrets: set one, list them, give one a new value.",
    "output": "Show the address, the registry and all else that a finished apply left to use.",
    "demo": "Take `envs/local.toml` from settings to a running system on the emulator.",
    "emulator": "AWS on this machine, in memory.",
    "completion": "Print what a shell needs to complete commands, environments and more.",
}
"""Each command, in the order of `--help`, and its line there: the first of its own help."""


def load(name: str) -> "Command":
    """A command from its module, which is imported for it alone: pydantic, boto3 and checkov take
    longer than most commands' work."""
    word = name.replace("-", "_")
    module = importlib.import_module(f"strata.commands.{word}")
    if hasattr(module, "app"):
        group = get_command(module.app)
        for command in getattr(group, "commands", {}).values():
            command.params += options()
            _as_written(command)
        return _as_written(group)
    # `map_` leaves Python's own name alone.
    command = _command(name, getattr(module, word, None) or getattr(module, f"{word}_"))
    command.params += options()
    return _as_written(command)


def _as_written(command: "Command") -> "Command":
    """The command with help in which `[service]` is text: rich takes it for markup, and leaves it
    out."""
    command.help = _escaped(command.help)
    for parameter in command.params:
        if hasattr(parameter, "help"):
            parameter.help = _escaped(parameter.help)
    return command


def _escaped(text: str | None) -> str | None:
    # As rich.markup.escape does, which is loaded for help alone.
    return text and re.sub(r"(?<!\\)\[(?=[a-z#/@][^\[]*\])", r"\\[", text)


def _command(name: str, function: Callable[..., object]) -> "Command":
    one = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    one.command(name)(function)
    return get_command(one)


def options() -> "Sequence[Parameter]":
    """The options that every command has, and `strata` itself before its command."""
    return _command("options", _options).params


def _use_project(folder: Path | None) -> None:
    if folder is not None:
        folders.use_project(folder)


def _quiet(context: typer.Context, asked: bool) -> None:
    if asked:
        _print(context, Verbosity.QUIET)


def _verbose(context: typer.Context, asked: bool) -> None:
    if asked:
        _print(context, Verbosity.VERBOSE)


def _print(context: typer.Context, verbosity: Verbosity) -> None:
    # Until the command has ended: the next one in this process begins as the first did. The context
    # of `strata` itself is closed in any case, a subcommand's not if its arguments are wrong.
    context.find_root().with_resource(chosen(verbosity))


def _options(
    _project: Annotated[
        Path | None,
        typer.Option(
            "--project",
            metavar="DIR",
            help="Folder of the project; else it is looked for from here upwards.",
            callback=_use_project,
            is_eager=True,
            expose_value=False,
        ),
    ] = None,
    *,
    _quiet: Annotated[
        bool,
        typer.Option(
            "-q",
            "--quiet",
            help="Show no progress: the result and errors alone.",
            callback=_quiet,
            expose_value=False,
        ),
    ] = False,
    _verbose: Annotated[
        bool,
        typer.Option(
            "-v",
            "--verbose",
            help="Show on stderr what is done, and how long it takes.",
            callback=_verbose,
            expose_value=False,
        ),
    ] = False,
    # `main` takes it out of the line, since wrong usage has a traceback too.
    _debug: Annotated[
        bool, typer.Option(DEBUG, help="Show the traceback of an error.", expose_value=False)
    ] = False,
) -> None:
    """Only its parameters are used."""


class Commands(TyperGroup):
    """All commands by name and line; the one that is meant is loaded when it runs."""

    def __init__(self, **attributes: Any) -> None:
        stubs = {name: TyperCommand(name, help=line) for name, line in COMMANDS.items()}
        parameters = [*attributes.pop("params", []), *options()]
        super().__init__(**{**attributes, "commands": stubs, "params": parameters})

    def resolve_command(
        self, ctx: "Context", args: list[str]
    ) -> "tuple[str | None, Command | None, list[str]]":
        """Name, command and its arguments."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, load(name) if name else None, rest

    def invoke(self, ctx: "Context") -> Any:
        """Run the command that is meant; a wrong value is told with what would be right."""
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = _what_is_right(error)
            raise
        except NoSuchOption as error:
            parameters = error.ctx.command.params if error.ctx else []
            if any(parameter.metavar == "COMMAND" for parameter in parameters):
                error.message += "; those of COMMAND go after --"
            raise


def _what_is_right(error: typer.BadParameter) -> str:
    """The message on a value that pydantic refuses, whose words name neither value nor range."""
    refused = getattr(error.__cause__, "errors", None)
    if refused is None:
        return error.message
    least, most = getattr(error.param, "min", None), getattr(error.param, "max", None)
    if least is None:
        return error.message.removeprefix("Value error, ")
    whole = error.param is not None and error.param.type_descriptor.annotation is int
    range_ = f"from {least} on" if most is None else f"from {least} to {most}"
    return f"{refused()[0]['input']!r} is not a {'whole ' if whole else ''}number {range_}"


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="The AWS home of a web API. ENV is a name in envs/ or a path to a TOML file.",
)


def _version(*, asked: bool) -> None:
    if asked:
        from strata.machine.version import version_text  # noqa: PLC0415 - asks git

        typer.echo(version_text())
        raise typer.Exit


@app.callback()
def strata(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version and its git commit.",
            callback=lambda asked: _version(asked=asked),
            is_eager=True,
            expose_value=False,
        ),
    ] = False,
) -> None:
    """Nothing before a command."""


def main(begin: Callable[[], object] = lambda: None) -> int:
    """Run the command, after `begin`; no error has a traceback, unless `--debug` stands somewhere
    in the line."""
    arguments, debug = without_debug(sys.argv[1:])
    codes = codes_of(arguments)
    if VARIABLE in os.environ:
        from typer._completion_classes import completion_init  # noqa: PLC0415 - a shell asks

        completion_init()
    run: Callable[..., object] = app
    try:
        with stoppable():
            begin()
            run(args=arguments, prog_name="strata")
    except Answered as answer:
        return answer.exit_code
    except SystemExit as left:
        return _left(left, codes)
    except Stopped as stopped:
        say(str(stopped))
        return stopped.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BaseException as error:  # noqa: BLE001 - the last defence: a script reads the code alone
        return _failed(error, codes, debug=debug)
    return 0


def without_debug(arguments: list[str]) -> tuple[list[str], bool]:
    """The arguments without `--debug`, and whether it was among them."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    options, rest = arguments[:end], arguments[end:]
    return [*(one for one in options if one != DEBUG), *rest], DEBUG in options


def _left(left: SystemExit, codes: ExitCodes) -> int:
    """The exit code of what typer has dealt with itself."""
    code = left.code if isinstance(left.code, int) else int(left.code is not None)
    # typer ends with the code of a command's own `Exit` as it is.
    if code == 0 or isinstance(left.__context__, typer.Exit):
        return code
    # Wrong usage, a question that nobody answered, or a reader of the output that went away.
    return codes.of_error(code)


def _failed(error: BaseException, codes: ExitCodes, *, debug: bool) -> int:
    if isinstance(error, BrokenPipeError):
        return codes.could_not
    return codes.of_error(tell(error, debug=debug).exit_code)


def run() -> None:
    """What the installed command does: run, and leave with the code."""
    streams.complete()
    if DEBUG not in sys.argv:
        # What fails where nobody can catch it, such as closing the pipe to a Node that is gone.
        sys.unraisablehook = lambda _: None
    code = main(lambda: head_start.begin_for(sys.argv[1:]))
    try:
        sys.stdout.flush()
    except OSError as error:
        code = code or _failed(error, codes_of(sys.argv[1:]), debug=False)
        # Python would try once more at its end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)
