"""`strata apply`"""

from strata.commands.common import Env, at_work, finish, run_layers
from strata.layers import LAYERS
from strata.settings import load


def apply(env: Env) -> None:
    """Apply every layer, those that do not meet side by side."""
    with at_work(load(env), env) as work:
        outcome = run_layers(LAYERS, work.apply, work)
    finish(outcome, f"strata apply {env}")
