"""`strata move`"""

from strata.commands.base import Env, out
from strata.commands.common import at_work, move_states
from strata.settings import load


def move(env: Env) -> None:
    """Move the states of what went to another layer, before a plain `cdktf deploy`."""
    with at_work(load(env)) as work:
        if not move_states(work):
            out.print(f"{work.settings.environment.name}: every state is where it belongs")
