"""The `strata` command: its commands by name, and how an error of theirs is shown."""

import contextlib
import os
import sys
import traceback
from collections.abc import Callable

import typer

from strata.commands import emulator
from strata.commands.apply import apply
from strata.commands.bootstrap import bootstrap
from strata.commands.check import check
from strata.commands.cost import cost
from strata.commands.demo import demo
from strata.commands.destroy import destroy
from strata.commands.drift import drift
from strata.commands.gate import gate
from strata.commands.map import map_
from strata.commands.move import move
from strata.commands.plan import plan
from strata.commands.reach import reach
from strata.commands.redis_auth import redis_auth
from strata.commands.schema import schema
from strata.commands.synth import synth
from strata.commands.unlock import unlock
from strata.errors import Answered
from strata.exit_codes import ExitCodes, codes_of
from strata.interrupts import Stopped, stoppable
from strata.unforeseen import explain

DEBUG = "--debug"
INTERRUPTED = 130
"""What a shell has for a command that Ctrl-C ended."""

COMMANDS: tuple[Callable[..., None], ...] = (
    check,
    schema,
    synth,
    gate,
    reach,
    map_,
    cost,
    bootstrap,
    plan,
    apply,
    drift,
    move,
    destroy,
    unlock,
    redis_auth,
    demo,
)

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    help="The AWS home of a web API. ENV is a name in envs/ or a path to a TOML file. "
    "With --debug an error shows its traceback.",
)
for _command in COMMANDS:
    app.command(_command.__name__.strip("_").replace("_", "-"))(_command)
app.add_typer(emulator.app, name="emulator")


def main() -> int:
    """Run the command; no error has a traceback, unless `--debug` stands somewhere in the line."""
    arguments, debug = without_debug(sys.argv[1:])
    codes = codes_of(arguments)
    run: Callable[..., object] = app
    try:
        with stoppable():
            run(args=arguments, prog_name="strata")
    except Answered as answer:
        return answer.exit_code
    except SystemExit as left:
        return _left(left, codes)
    except Stopped as stopped:
        _say(str(stopped))
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
    explained = explain(error)
    if debug:
        _say("".join(traceback.format_exception(error)).rstrip())
    _say(f"error: {explained.message}")
    if explained.hint:
        _say(f"hint: {explained.hint}")
    return codes.of_error(explained.exit_code)


def _say(text: str) -> None:
    # A terminal that was closed hears nothing any more.
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr)  # noqa: T201


def run() -> None:
    """What the installed command does: run, and leave with the code."""
    code = main()
    try:
        sys.stdout.flush()
    except OSError as error:
        code = code or _failed(error, codes_of(sys.argv[1:]), debug=False)
        # Python would try once more at its end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)
