"""`strata bootstrap`"""

from strata.commands.base import Env
from strata.commands.common import aim, make_state_bucket
from strata.settings import load


def bootstrap(env: Env) -> None:
    """Create the state bucket, or repair it."""
    settings = load(env)
    aim(settings.environment)
    make_state_bucket(settings.environment)
