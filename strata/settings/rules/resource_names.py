"""Every name that a resource gets, held against what AWS takes as its name."""

from collections.abc import Iterator

from strata.settings.models import Settings
from strata.settings.positions import Key
from strata.settings.resource_names import Derived, derived
from strata.settings.rules.finding import Finding
from strata.settings.rules.names import is_name


def check(settings: Settings) -> Iterator[Finding]:
    """Judge the names; of those that fail for one reason the first is named."""
    seen: set[tuple[Key, str]] = set()
    environment = settings.environment
    # Names made of what is no name itself would all fail for that one reason.
    sound = is_name(environment.project) and is_name(environment.name)
    for one in derived(settings):
        judged = one.judged and (sound or one.is_setting)
        wrong = one.rule.wrong(one.name) if judged else None
        if wrong and (one.keys[0], wrong[0]) not in seen:
            seen.add((one.keys[0], wrong[0]))
            yield _finding(one, *wrong)


def _finding(one: Derived, wrong: str, right: str) -> Finding:
    if one.is_setting:
        return Finding(one.keys[0], wrong, f"{right} ({one.rule.source})", one.keys[1:])
    return Finding(
        one.keys[0],
        f"makes the name of {one.rule.thing}, {one.name}, which {wrong}",
        f"{right}, such as shop ({one.rule.source})",
        one.keys[1:],
    )
