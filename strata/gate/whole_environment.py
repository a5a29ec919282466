"""Checks over a whole environment, which checkov cannot run: where it goes, what it runs, its
networks together, its texts, and whatever nobody has judged."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from strata.documents import Json
from strata.documents.stacks import blocks
from strata.gate.accounts import ACCOUNT_CHECKS, account_faults
from strata.gate.destinations import (
    DESTINATION_CHECKS,
    account_of,
    destination_faults,
    vpc_faults,
)
from strata.gate.documents import Environment
from strata.gate.images import IMAGE_CHECKS, image_faults
from strata.gate.networks import NETWORK_CHECKS, network_faults
from strata.gate.running import RUNNING_CHECKS, running_faults
from strata.gate.scan import Failure
from strata.gate.switched_off import IGNORING_CHECKS, ignoring_faults
from strata.gate.texts import SECRET_CHECKS, secret_faults
from strata.gate.vocabulary import Unjudged, folder, known_words, outside, unjudged
from strata.settings.models import Settings
from strata.text.words import listed

ENVIRONMENT_CHECKS = (
    RUNNING_CHECKS
    | DESTINATION_CHECKS
    | NETWORK_CHECKS
    | SECRET_CHECKS
    | IGNORING_CHECKS
    | ACCOUNT_CHECKS
    | IMAGE_CHECKS
)
"""Checks that plain checkov cannot run, and their names."""
FIRST = 20
"""The most places that a message names; a type that nobody has judged may have hundreds."""
_TYPE = re.compile(r": ((?:data\.|ephemeral\.)?aws_\w+)\.[\w-]+: ")


@dataclass(frozen=True)
class ResolvedEnvironment:
    """An environment with its stacks resolved: the composed one, and the layers by their names."""

    environment: Environment
    composed: Json
    layers: Mapping[str, Json]


def resolve_environment(environment: Environment) -> ResolvedEnvironment:
    """An environment with its stacks resolved."""
    layers = {
        name.removeprefix(f"{environment.name}-"): layer
        for name, layer in environment.resolved_layers.items()
    }
    return ResolvedEnvironment(environment, environment.resolved, layers)


def environment_failures(
    judged: Sequence[ResolvedEnvironment], settings: Mapping[str, Settings]
) -> Iterator[Failure]:
    """The failures of each environment as a whole; some of them have `settings`, by name."""
    for whole_environment in judged:
        name = whole_environment.environment.name
        for check, place in sorted(set(_faults(whole_environment, settings.get(name)))):
            known = place.partition(".")[0] in ("data", "ephemeral") or place.startswith("aws_")
            construct = whole_environment.environment.construct(place) if known else place
            address = place if known else ""
            yield Failure(name, check, construct, address, ENVIRONMENT_CHECKS[check])


def _faults(judged: ResolvedEnvironment, settings: Settings | None) -> Iterator[tuple[str, str]]:
    name, expected = judged.environment.name, settings.environment if settings else None
    yield from destination_faults(name, judged.composed, judged.layers, expected)
    yield from vpc_faults(name, judged.composed, settings)
    yield from network_faults(judged.composed)
    yield from image_faults(judged.composed)
    account = account_of(judged.composed, expected)
    for stack in (
        judged.composed,
        *(_other(layer, judged.composed) for layer in judged.layers.values()),
    ):
        yield from running_faults(stack)
        yield from secret_faults(stack)
        yield from account_faults(stack, account)
        yield from ignoring_faults(stack, known_words([stack]))


def _other(layer: Json, composed: Json) -> Json:
    """A layer without the blocks that are the same in the composed stack."""
    rest = dict(layer)
    for kind in ("resource", "data", "ephemeral"):
        whole_ = blocks(composed, kind)
        rest[kind] = {}
        for address, body in blocks(layer, kind).items():
            if whole_.get(address) != body:
                type_, _, name = address.partition(".")
                rest[kind].setdefault(type_, {})[name] = body
    return rest


def unjudged_words(judged: Sequence[ResolvedEnvironment]) -> list[str]:
    """Every word that nobody has judged, with its file, its place and why."""
    lines = [
        f"{environment.environment.path}: {word.place}: {word.why}"
        for environment in judged
        for stack in (environment.composed, *environment.layers.values())
        for word in _unjudged(stack)
    ]
    return list(dict.fromkeys(lines))


def how_to_judge(lines: Sequence[str]) -> str:
    """What to do about words that nobody has judged: the file for it, and what drafts that."""
    types = dict.fromkeys(match[1] for line in lines if (match := _TYPE.search(line)))
    files = [f"policies/vocabulary/{type_}.toml" for type_ in types] or ["policies/vocabulary/"]
    drafts = [type_ for type_ in types if not (folder() / f"{type_}.toml").exists()]
    hint = f"leave it out; or have a check judge it, or say in {listed(files)} why it is neutral"
    if drafts:
        commands = [f"make vocabulary TYPE={type_}" for type_ in drafts]
        hint += f", which {listed(commands)} will draft"
    return f"{hint} (docs/gate.md)"


def first_of(lines: Sequence[str]) -> list[str]:
    """The first lines, and how many more there are."""
    more = [f"and {len(lines) - FIRST} more"] if len(lines) > FIRST else []
    return [*lines[:FIRST], *more]


def _unjudged(stack: Json) -> Iterator[Unjudged]:
    yield from outside(stack)
    yield from unjudged(stack, known_words([stack]))
