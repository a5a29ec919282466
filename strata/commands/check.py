"""`strata check`"""

from strata.commands.common import Envs, out
from strata.commands.cost import over_budget
from strata.settings import InvalidSettings, load_each


def check(envs: Envs) -> None:
    """Judge settings; build one with a budget to hold it against that."""
    found = load_each(envs)
    failed = []
    for env, settings in zip(envs, found, strict=True):
        if problem := over_budget(env, settings):
            if settings.cost.over_budget == "fail":
                failed.append(problem)
            else:
                out.print(f"warning: {problem}")
    if failed:
        raise InvalidSettings(failed)
    for env in envs:
        out.print(f"{env}: the settings are right")
