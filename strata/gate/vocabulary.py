"""The vocabulary of the gate: which words of a document somebody has judged.

`policies/vocabulary/` has a file for each resource, data source and ephemeral resource, and
`team.toml` the types that checkov covers and this project does not build. For any argument, block
or meta-argument that is in none of them there is no verdict: nobody has judged it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from strata.documents import Json
from strata.documents.existing import undetermined
from strata.documents.stacks import blocks, merged
from strata.documents.templates import parts
from strata.gate.documents import Unjudgeable
from strata.machine.files import Unreadable, text_of, toml
from strata.machine.folders import project
from strata.resources.secrets import is_secret

TEAM = "team"
META = frozenset(("//", "depends_on", "lifecycle", "count", "for_each", "timeouts"))
"""The meta-arguments of a block of any type: order, and number. `lifecycle` has its own check."""
LIFECYCLE = frozenset(
    ("create_before_destroy", "prevent_destroy", "ignore_changes", "replace_triggered_by",
     "precondition", "postcondition", "//")
)  # fmt: skip
RUNS = frozenset(("provisioner", "connection", "provider"))
"""Meta-arguments with checks of their own (strata/gate/running.py, strata/gate/destinations.py)."""
OWN = re.compile(
    r"(?<![\w.\"])(?:aws_\w+|terraform_remote_state|ephemeral|each)\.|(?<![\w.])data\.\w+\."
)
"""A reference to something in this code."""
OUTSIDE = {
    "output": {"value", "description", "sensitive", "ephemeral", "depends_on", "precondition",
               "//"},
    "variable": {"type", "default", "description", "sensitive", "nullable", "ephemeral",
                 "validation", "//"},
}  # fmt: skip
"""The arguments of outputs and variables; their values are checked for secrets."""


class Vocabulary(BaseModel):
    """The arguments of blocks of a type; an argument of a nested block is `block.argument`.

    `judged`: argument -> the checks that read it. `neutral`: any value is harmless. `own`: harmless
    as a reference to a resource of this code, else not judged; those in `mail` as an address too,
    to which nothing is sent before its owner confirms. `only`: the values that are harmless.
    `reasons`: why, where it is not obvious. `ignorable`: what `ignore_changes` may name although it
    is not neutral. `open`: arguments of the provider that nobody has judged.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    judged: dict[str, tuple[str, ...]] = {}
    neutral: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    mail: tuple[str, ...] = ()
    only: dict[str, tuple[Any, ...]] = {}
    reasons: dict[str, str] = {}
    ignorable: tuple[str, ...] = ()
    open: tuple[str, ...] = ()


@dataclass(frozen=True, order=True)
class Unjudged:
    """A word that nobody has judged; `place` is its address and path, `why` an explanation."""

    place: str
    why: str


@dataclass(frozen=True)
class Words:
    """A vocabulary prepared for look-ups."""

    vocabulary: Vocabulary
    plain: frozenset[str] = field(default_factory=frozenset)
    above: frozenset[str] = field(default_factory=frozenset)
    """The blocks with arguments of the vocabulary in them, at any depth."""
    every: frozenset[str] = field(default_factory=frozenset)


def unjudged(stack: Json, known: Mapping[str, Words]) -> Iterator[Unjudged]:
    """The words in the resources and data of a resolved stack that nobody has judged."""
    for kind in ("resource", "data", "ephemeral"):
        for address, body in blocks(stack, kind).items():
            type_ = address.partition(".")[0]
            place = address if kind == "resource" else f"{kind}.{address}"
            words = known.get(_file(kind, type_))
            if words is None:
                # The checks for remote state are in strata/gate/destinations.py.
                if type_ != "terraform_remote_state":
                    yield Unjudged(place, f"a type that nobody has judged: {type_}")
                continue
            yield from _meta(place, body)
            arguments = {key: value for key, value in body.items() if key not in META | RUNS}
            yield from _arguments(place, arguments, "", words)


def outside(stack: Json) -> Iterator[Unjudged]:
    """The same for a stack's outputs and variables."""
    for kind, known in OUTSIDE.items():
        for name, body in merged(stack.get(kind)).items():
            for key in sorted(set(merged(body)) - known):
                yield Unjudged(f"{kind} {name}: {key}", "nobody has judged this")


def known_words(stacks: Iterable[Json]) -> dict[str, Words]:
    """The vocabularies of all types in some stacks, by name of their files; raises Unjudgeable."""
    names = {
        _file(kind, address.partition(".")[0])
        for stack in stacks
        for kind in ("resource", "data", "ephemeral")
        for address in blocks(stack, kind)
    }
    place = folder()
    words_by_name = {name: _words_in(place, name) for name in sorted(names)}
    return {name: words for name, words in words_by_name.items() if words is not None}


def folder() -> Path:
    """Where the project has its vocabulary."""
    return project() / "policies" / "vocabulary"


def words_of(name: str) -> Words | None:
    """The vocabulary of a type: its own file, else its entry in `team.toml`."""
    return _words_in(folder(), name)


@cache
def _words_in(place: Path, name: str) -> Words | None:
    path = place / f"{name}.toml"
    vocabulary = _read(path) if path.exists() else _team(place / f"{TEAM}.toml").get(name)
    return None if vocabulary is None else words(vocabulary)


def words(vocabulary: Vocabulary) -> Words:
    """Prepare a vocabulary for look-ups."""
    paths = {*vocabulary.judged, *vocabulary.neutral, *vocabulary.own, *vocabulary.only}
    above = {path[: match.start()] for path in paths for match in re.finditer(r"\.", path)}
    plain = frozenset({*vocabulary.judged, *vocabulary.neutral})
    return Words(vocabulary, plain, frozenset(above), frozenset({*paths, *vocabulary.open}))


@cache
def _team(path: Path) -> dict[str, Vocabulary]:
    return {name: _valid(path, content) for name, content in _toml(path).items()}


def _read(path: Path) -> Vocabulary:
    return _valid(path, _toml(path))


def _toml(path: Path) -> Json:
    try:
        return toml(text_of(path))
    except Unreadable as error:
        raise Unjudgeable(f"{path}:{error.line}: {error.why}") from None


def _valid(path: Path, content: Any) -> Vocabulary:
    try:
        return Vocabulary.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise Unjudgeable(f"{path}: {where}: {first['msg']}") from None


def _file(kind: str, type_: str) -> str:
    return type_ if kind == "resource" else f"{kind}.{type_}"


def _meta(place: str, body: Json) -> Iterator[Unjudged]:
    for name in undetermined(body):
        yield Unjudged(f"{place}: {name}", "whether anything is made is known only once applied")
    lifecycle = body.get("lifecycle")
    for block in lifecycle if isinstance(lifecycle, list) else [lifecycle or {}]:
        for key in sorted(set(block) - LIFECYCLE if isinstance(block, dict) else ()):
            yield Unjudged(f"{place}: lifecycle.{key}", "nobody has judged this")


def _arguments(place: str, body: Json, above: str, words_: Words) -> Iterator[Unjudged]:
    for key, value in body.items():
        if key == "//" or value is None:
            continue
        path = f"{above}{key}"
        if key == "dynamic":
            yield Unjudged(f"{place}: {above}dynamic", "what it makes is known only once applied")
        elif path in words_.plain:
            continue
        elif path in words_.vocabulary.own:
            for leaf in _leaves(value):
                if not _ours(leaf) and not (path in words_.vocabulary.mail and _is_mail(leaf)):
                    why = f"{_readable(leaf)} is not a reference to a resource of this code"
                    yield Unjudged(f"{place}: {path}", why)
        elif path in words_.vocabulary.only:
            right = words_.vocabulary.only[path]
            for leaf in _leaves(value):
                if leaf not in right:
                    why = f"nobody has judged {_readable(leaf)}, but {', '.join(map(str, right))}"
                    yield Unjudged(f"{place}: {path}", why)
        elif path in words_.above:
            yield from _block(place, value, path, words_)
        else:
            yield Unjudged(f"{place}: {path}", "nobody has judged this")


def _block(place: str, value: Any, path: str, words_: Words) -> Iterator[Unjudged]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield from _arguments(place, item, f"{path}.", words_)
        elif isinstance(item, list):
            yield from _block(place, item, path, words_)
        elif item is not None:
            yield Unjudged(f"{place}: {path}", f"{_readable(item)} is no block that can be read")


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif value is not None:
        yield value


def _is_mail(value: object) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"[^@\s/:${}]+@[^@\s/:${}]+", value))


def _ours(value: Any) -> bool:
    """Whether a value is a reference to something in this code, and nothing else."""
    pieces = list(parts(str(value)))
    # A text within the expression may be its value: `c ? "sg-1" : aws_x.y.id`.
    return all(
        piece.expression and '"' not in piece.text and OWN.search(piece.text) for piece in pieces
    )


def _readable(value: Any) -> str:
    """A value for a message, unless it is long or may be a secret."""
    text = str(value)
    return text if len(text) <= 60 and not is_secret("", text) else "its value"
