"""`strata check`"""

from strata.commands.common import Envs, out
from strata.settings import load_each


def check(envs: Envs) -> None:
    """Judge settings without building anything."""
    load_each(envs)
    for env in envs:
        out.print(f"{env}: the settings are right")
