"""Paths that must be open or shut: which endpoints a path can connect, and each path once."""

from collections.abc import Iterator

from strata.settings.models import Reach, Settings
from strata.settings.positions import Key
from strata.settings.rules.finding import Finding

OUTSIDE = ("internet", "aws_apis")


def check(settings: Settings) -> Iterator[Finding]:
    """Check `[[reach]]`."""
    seen: dict[tuple[str, str, int | None], tuple[int, Reach]] = {}
    for index, path in enumerate(settings.reach):
        key: Key = ("reach", index)
        if path.source in OUTSIDE and path.target in OUTSIDE:
            yield Finding(
                (*key, "to"),
                "lies outside of the VPC, as from does",
                "load_balancer, instances, tasks, database or cache",
                ((*key, "from"),),
            )
        if path.open and path.port is None and path.target != "tasks":
            yield Finding(
                (*key, "port"),
                "is missing, and only tasks can be checked at every port",
                "a port, such as 443",
                ((*key, "open"), (*key, "to")),
            )
        same = (path.source, path.target, path.port)
        if same in seen:
            first, other = seen[same]
            verb = "repeats" if other.open == path.open else "contradicts"
            yield Finding(key, f"{verb} reach[{first}]", "each path once", (("reach", first),))
        else:
            seen[same] = (index, path)
