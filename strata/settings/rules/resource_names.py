"""Checks every name that a resource gets by AWS's rule for it."""

from collections.abc import Iterator

from strata.settings.models import Settings
from strata.settings.positions import Key
from strata.settings.resource_names import OURS, Derived, derived, taken
from strata.settings.rules.finding import Finding
from strata.settings.rules.names import is_name


def check(settings: Settings) -> Iterator[Finding]:
    """Check the names; of those that have a faulty setting in them only the first is reported.

    A project called aws is refused for a capacity provider and for a parameter: it is one fault.
    """
    seen: set[Key] = set()
    environment = settings.environment
    # With an invalid project or environment name all names made of it would have the same fault.
    sound = is_name(environment.project) and is_name(environment.name)
    for name in derived(settings):
        judged = name.judged and (sound or name.is_setting)
        wrong = name.rule.wrong(name.name) if judged else None
        if wrong and seen.isdisjoint(name.keys):
            seen.add(name.keys[0])
            yield _finding(name, *wrong)
    yield from _twice(settings)


def _twice(settings: Settings) -> Iterator[Finding]:
    """Two resources with one name: a step of the scaling may be called as an alarm is."""
    first: dict[tuple[str, str], Derived] = {}
    for name in taken(settings):
        other = first.setdefault((name.type, name.name), name)
        if other is not name:
            key, *reads = sorted({*name.keys, *other.keys}, key=lambda one: one in OURS)
            yield Finding(
                key,
                f"makes the name of {name.rule.thing} a second time, {name.name}",
                "another name",
                tuple(reads),
            )


def _finding(name: Derived, wrong: str, right: str) -> Finding:
    key, *reads = name.keys
    if name.is_setting:
        return Finding(key, wrong, f"{right} ({name.rule.source})", tuple(reads))
    return Finding(
        key,
        f"makes the name of {name.rule.thing}, {name.name}, which {wrong}",
        f"{right}, such as shop ({name.rule.source})",
        tuple(reads),
    )
