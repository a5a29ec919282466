"""What only one environment of an account can have, asked where several are checked together."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from strata.machine.files import text_of
from strata.settings.load import InvalidSettings, Problem, dotted, resolve, shown, shown_value
from strata.settings.models import Settings
from strata.settings.positions import Key, line_of, positions
from strata.settings.resource_names import OURS, PROJECT, taken
from strata.settings.routes import further_hosts, site_hosts


def refuse_shared(envs: Iterable[str], several: Sequence[Settings]) -> None:
    """Raise InvalidSettings where two of these environments have what one alone can have."""
    if problems := shared(envs, several):
        raise InvalidSettings(problems)


def shared(envs: Iterable[str], several: Sequence[Settings]) -> list[Problem]:
    """What a settings file has as an earlier one has it: a repository, a host, the task family of
    the service `x` of `dev` and of an environment `dev-x`."""
    owners: dict[tuple[str, ...], Path] = {}
    problems: dict[tuple[Path, Key], Problem] = {}
    for env, settings in zip(envs, several, strict=True):
        file = shown(resolve(env))
        environment = settings.environment
        account = (str(environment.emulated), environment.account_id)
        for key, kind, name, wrong in _alone(settings):
            earlier = owners.setdefault((*account, *kind, name), file)
            if earlier != file and (file, key) not in problems:
                said = f"{wrong.format(earlier=earlier)}, {name}"
                problems[file, key] = _problem(file, key, said, settings)
    return list(problems.values())


def _alone(settings: Settings) -> Iterator[tuple[Key, tuple[str, ...], str, str]]:
    """Key, kind and name, and the words where another environment of the account has the same."""
    for one in taken(settings):
        # What is this one's alone, before the name of the environment and the project's.
        key = min(one.keys, key=lambda part: (part in OURS, part == PROJECT))
        wrong = f"makes the name of {one.rule.thing} that {{earlier}} makes too"
        yield key, (one.type, settings.environment.region), one.name, wrong
    edge = settings.edge
    site: Key = ("edge", "record_name" if edge.record_name else "domain")
    for host in (*site_hosts(edge), *further_hosts(settings)):
        key = site if host in site_hosts(edge) else ("services",)
        yield key, ("host",), host, "has a host of {earlier}, and it leads to one load balancer"


def _problem(file: Path, key: Key, wrong: str, settings: Settings) -> Problem:
    line = line_of(positions(text_of(file)), key)
    value = shown_value(key, settings.model_dump(by_alias=True))
    return Problem(file, line, dotted(key), value, wrong, "another one, or another account")
