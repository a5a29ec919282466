"""`strata redis-auth`"""

from strata.commands.common import Env, layer_work, out
from strata.settings import load


def redis_auth(env: Env) -> None:
    """Give Redis its token after a plain `cdktf deploy`."""
    work = layer_work(load(env))
    folder = work.folder("cache")
    work.terraform.init(folder)
    changed = work.redis_auth(folder)
    out.print("Redis asks for its token now" if changed else "nothing to do")
