"""`strata redis-auth`"""

from strata.commands.base import Env, out
from strata.commands.common import at_work
from strata.settings import load


def redis_auth(env: Env) -> None:
    """Give Redis its token after a plain `cdktf deploy`."""
    with at_work(load(env)) as work:
        changed = work.redis_auth(work.ready("cache"))
    out.print("Redis asks for its token now" if changed else "nothing to do")
