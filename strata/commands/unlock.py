"""`strata unlock`"""

import contextlib
from typing import Annotated

import typer

from strata.commands import complete
from strata.commands.base import Env, confirm, out
from strata.commands.common import aim, alone, layers_of
from strata.documents.layers import ALL_LAYERS
from strata.errors import StrataError, UsageError
from strata.settings import load


def unlock(
    env: Env,
    layer: Annotated[
        str,
        typer.Argument(
            metavar="LAYER", help="Whose state is locked.", autocompletion=complete.layers
        ),
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Even if its Terraform still works here, or it cannot be read."
        ),
    ] = False,
) -> None:
    """Remove a lock whose holder has ended."""
    from strata.apply import leftovers  # noqa: PLC0415 - boto3 takes its time
    from strata.state import locks, preflight  # noqa: PLC0415 - boto3 takes its time

    if layer not in ALL_LAYERS:
        raise UsageError(f"{layer} is no layer", f"one of {', '.join(ALL_LAYERS)}")
    settings = load(env)
    aim(settings.environment)
    preflight.check(settings.environment)
    state_lock = next(iter(leftovers.find(layers_of(settings), [layer])), None)
    if state_lock is None or state_lock.lock is None:
        raise StrataError(f"{layer} of {settings.environment.name} is not locked")
    out.print(state_lock.words(locks.now()))
    if state_lock.pid and not force:
        raise StrataError(
            f"nothing was unlocked: process {state_lock.pid} would write the state after the "
            "next one",
            "wait until it has ended; --force unlocks all the same",
        )
    if state_lock.lock.unread and not force:
        raise StrataError(
            "nothing was unlocked: the lock does not name its holder",
            "ask who else works on this environment; --force unlocks all the same",
        )
    with contextlib.nullcontext() if force else alone(settings.environment.name):
        # While strata moves states it has locks without a Terraform.
        confirm("Unlock it?", yes=yes)
        locks.release(settings.environment, state_lock.lock)
    out.print(f"{layer} is unlocked")
    out.print(
        "If its Terraform was killed while it applied, AWS may have what no state knows:\n"
        f"{settings.environment.command('drift')} lists that, and what of it can be imported.",
    )
