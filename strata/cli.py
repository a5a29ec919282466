"""The `strata` command: its commands by name, and how an error of theirs is shown."""

import sys
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
from strata.errors import Answered, StrataError

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
    help="The AWS home of a web API. ENV is a name in envs/ or a path to a TOML file.",
)
for _command in COMMANDS:
    app.command(_command.__name__.strip("_").replace("_", "-"))(_command)
app.add_typer(emulator.app, name="emulator")


def main() -> int:
    """Run the command; errors a user can act on have no traceback."""
    run: Callable[[], object] = app
    try:
        run()
    except Answered as answer:
        return answer.exit_code
    except SystemExit as left:
        # Wrong usage: 2 would say of `strata plan` that there are changes.
        if left.code == 2 and sys.argv[1:2] == ["plan"]:
            return 1
        raise
    except StrataError as error:
        print(f"error: {error.message}", file=sys.stderr)  # noqa: T201
        if error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)  # noqa: T201
        return error.exit_code
    return 0
