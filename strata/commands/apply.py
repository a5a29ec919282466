"""`strata apply`"""

from strata.commands.common import Env, finish, layer_work, run_layers
from strata.layers import LAYERS
from strata.settings import load


def apply(env: Env) -> None:
    """Apply every layer, those that do not meet side by side."""
    work = layer_work(load(env))
    finish(run_layers(LAYERS, work.apply), f"strata apply {env}")
