"""The further services of the cluster."""

import re
from collections.abc import Iterator

from strata.settings.models import Settings
from strata.settings.positions import Key
from strata.settings.resource_names import CONTAINER
from strata.settings.rules.containers import judge_words
from strata.settings.rules.finding import Finding

NAME = re.compile(r"(?=.{1,32}\Z)[a-z0-9]+(-[a-z0-9]+)*")
"""32 characters, so that the names made of it stay readable."""


def check(settings: Settings) -> Iterator[Finding]:
    """Check `[services.NAME]`; whether there is room for their tasks is the matter of `compute`."""
    for name, worker in settings.services.items():
        key: Key = ("services", name)
        if not NAME.fullmatch(name):
            yield Finding(
                key,
                "is not a valid name for a service",
                "1 to 32 lower-case letters, digits and single hyphens",
            )
        elif name == CONTAINER:
            yield Finding(key, "is the name of [service] itself", "another name")
        if not worker.command[0].strip():
            yield Finding((*key, "command"), "has no program to run", '["node", "worker.js"]')
        yield from judge_words((*key, "command"), worker.command)
        if worker.max_count is not None and worker.max_count <= worker.desired_count:
            yield Finding(
                (*key, "max_count"),
                f"is not more than desired_count, {worker.desired_count}",
                "more, or no max_count for a fixed number",
                ((*key, "desired_count"),),
            )
