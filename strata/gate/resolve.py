"""Synthesized JSON with its values in place: locals, variables, and what layers tell each other."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from strata.documents import Json
from strata.documents.existing import Element, elements, exists
from strata.documents.layers import stack_name
from strata.documents.stacks import blocks, construct_path, merged, texts
from strata.documents.templates import EXPRESSION, escaped, expressions, parts
from strata.resources.iam import as_sets

KINDS = ("resource", "data", "ephemeral")
REMOTE_STATE = "terraform_remote_state"

_PATH = r"((?:\.\w+|\[\d+\]|\[\"[^\"]+\"\])*)"
_NAMED = re.compile(EXPRESSION + r"\s*((?:local|var)\.[\w-]+)" + _PATH + r"\s*\}")
_UNRESOLVED = re.compile(r"(?<![\w.-])(?:local|var)\.[\w-]+")
_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"')
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]|\[\"([^\"]+)\"\]")
_OUTPUT = re.compile(r"data\.terraform_remote_state\.([\w-]+)\.outputs\.([\w-]+)")
_DEEPEST = 10
"""Locals that lead to locals; Terraform refuses circles, and this ends them."""


def resolved(stack: Json) -> Json:
    """The stack as it will exist, without nulls, locals and variables' defaults in their places.

    checkov takes a null for a value, and its checks see an expression where a local stands. The
    blocks of `resource`, `data` and `ephemeral` come out as objects, whatever form they had, and
    the content of `dynamic` blocks as blocks, once for each round. What makes nothing (`count = 0`)
    is left out; a `dynamic` over something unknown stands as one block and stays beside it.
    """
    known = {f"local.{name}": value for name, value in merged(stack.get("locals")).items()}
    for name, body in merged(stack.get("variable")).items():
        default = merged(body).get("default")
        if default is not None:
            known[f"var.{name}"] = default
    plain = {kind: _nested(blocks(stack, kind)) for kind in KINDS if stack.get(kind)}
    found = dict(_resolve({**stack, **plain}, known, 0))
    for kind in plain:
        there = {address: body for address, body in blocks(found, kind).items() if _exists(body)}
        found[kind] = _nested(there)
    return found


def _exists(body: Any) -> bool:
    # What is no block at all is refused where its shape is looked at.
    return not isinstance(body, dict) or exists(body)


def unresolved(stack: Json) -> Iterator[tuple[str, str]]:
    """(address, local or variable) of what a resolved stack leaves open, so that nobody can judge
    it."""
    for kind in KINDS:
        for address, body in blocks(stack, kind).items():
            for text in texts(body):
                for name in _open(text):
                    yield address, name
    # Not by blocks: there may be several configurations of one provider.
    for text in texts(stack.get("provider")):
        for name in _open(text):
            yield "provider", name


def _open(template: str) -> Iterator[str]:
    """The locals and variables in the expressions of a template, and of the texts within them."""
    for expression in expressions(template):
        # A domain such as "local.shop.example" is no reference.
        yield from _UNRESOLVED.findall(_LITERAL.sub("", expression))
        yield from _open(expression)


def union(layers: Mapping[str, Json]) -> Json:
    """The resources of all layers in one stack, each reading from the others directly.

    A value that a layer reads from the state of another becomes the expression of that layer's
    output. Which layer is meant is told by the place of its state, not by a name.
    """
    plain = {name: resolved(layer) for name, layer in layers.items()}
    outputs = {_state(_backend(layer)): merged(layer.get("output")) for layer in plain.values()}
    held: dict[str, dict[str, Json]] = {kind: {} for kind in KINDS}
    for layer in plain.values():
        sources = {
            address.partition(".")[2]: outputs.get(_state(merged(body.get("config"))), {})
            for address, body in blocks(layer, "data").items()
            if address.startswith(f"{REMOTE_STATE}.")
        }
        for kind in KINDS:
            for address, body in blocks(layer, kind).items():
                if not address.startswith(f"{REMOTE_STATE}."):
                    held[kind][address] = _linked(body, sources)
    first = next(iter(plain.values()), {})
    whole = {kind: _nested(found) for kind, found in held.items() if found}
    return {**({"provider": first["provider"]} if "provider" in first else {}), **whole}


def differences(layers: Json, composed: Json) -> list[str]:
    """Addresses that two stacks, each resolved, do not hold alike."""
    found = []
    for kind in KINDS:
        one, other = blocks(layers, kind), blocks(composed, kind)
        prefix = "" if kind == "resource" else f"{kind}."
        found += [
            f"{prefix}{address}"
            for address in sorted(set(one) | set(other))
            if address not in one or address not in other or _differ(one[address], other[address])
        ]
    return found


def missing_layers(environment: str, composed: Json, layers: Mapping[str, Json]) -> list[str]:
    """Stacks of layers that hold something in the composed stack, and are not there."""
    paths = [construct_path(body).partition("/") for body in blocks(composed).values()]
    wanted = {stack_name(environment, layer) for layer, below, _ in paths if below}
    return sorted(wanted - set(layers))


def _nested(found: Mapping[str, Json]) -> Json:
    nested: Json = {}
    for address, body in found.items():
        kind, _, name = address.partition(".")
        nested.setdefault(kind, {})[name] = body
    return nested


def _resolve(found: Any, known: Json, depth: int) -> Any:
    if isinstance(found, dict):
        plain = {k: _resolve(v, known, depth) for k, v in found.items() if v is not None}
        return _written_out(plain) if "dynamic" in plain else plain
    if isinstance(found, list):
        return [_resolve(one, known, depth) for one in found if one is not None]
    if not isinstance(found, str) or depth > _DEEPEST:
        return found
    whole = _NAMED.fullmatch(found)
    if whole:
        value = _at(known.get(whole[1]), whole[2])
        return found if value is None else _resolve(value, known, depth + 1)
    return _NAMED.sub(lambda match: _text(match, known, depth), found)


def _written_out(body: Json) -> Json:
    """A block with the content of its `dynamic` blocks beside those that are written."""
    plain = {key: value for key, value in body.items() if key != "dynamic"}
    unknown = []
    for label, dynamic in _dynamics(body["dynamic"]):
        rounds = elements(dynamic.get("for_each"))
        unknown += [{label: dynamic} for one in rounds if not one.known]
        old = plain.get(label, [])
        new = [block for one in rounds for block in _contents(label, dynamic, one)]
        if new:
            plain[label] = [*(old if isinstance(old, list) else [old]), *new]
    return {**plain, "dynamic": unknown} if unknown else plain


def _dynamics(found: Any) -> Iterator[tuple[str, Json]]:
    """(name of the block, what it says) of every `dynamic` block, in lists or not."""
    for one in found if isinstance(found, list) else [found]:
        for label, said in one.items() if isinstance(one, dict) else ():
            for dynamic in said if isinstance(said, list) else [said]:
                if isinstance(dynamic, dict):
                    yield label, dynamic


def _contents(label: str, dynamic: Json, element: Element) -> list[Any]:
    """The blocks of one round, with the key and value of the round in their places."""
    content = dynamic.get("content") or {}
    listed = content if isinstance(content, list) else [content]
    if not element.known:
        return listed
    name = str(dynamic.get("iterator") or label)
    known = {f"{name}.key": element.key, f"{name}.value": element.value}
    return [_iterated(one, name, known) for one in listed]


def _iterated(found: Any, name: str, known: Json) -> Any:
    if isinstance(found, dict):
        return {key: _iterated(value, name, known) for key, value in found.items()}
    if isinstance(found, list):
        return [_iterated(one, name, known) for one in found]
    if not isinstance(found, str) or f"{name}." not in found:
        return found
    whole = re.fullmatch(
        EXPRESSION + rf"\s*({re.escape(name)}\.(?:key|value))" + _PATH + r"\s*\}", found
    )
    value = _at(known.get(whole[1]), whole[2]) if whole else None
    return found if value is None else value


def _text(match: re.Match[str], known: Json, depth: int) -> str:
    value = _resolve(_at(known.get(match[1]), match[2]), known, depth + 1)
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (str, int, float)) else match[0]


def _at(value: Any, path: str) -> Any:
    for key, index, quoted in _STEP.findall(path):
        try:
            value = value[int(index)] if index else value[key or quoted]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _backend(layer: Json) -> Json:
    return merged(merged(merged(layer.get("terraform")).get("backend")).get("s3"))


def _state(place: Json) -> tuple[str, str]:
    return str(place.get("bucket")), str(place.get("key"))


def _linked(found: Any, sources: Mapping[str, Json]) -> Any:
    """The value with references to other layers' outputs replaced by what these hold."""
    if isinstance(found, dict):
        return {key: _linked(value, sources) for key, value in found.items()}
    if isinstance(found, list):
        return [_linked(one, sources) for one in found]
    if not isinstance(found, str):
        return found

    def output(match: re.Match[str]) -> Any:
        return merged(sources.get(match[1], {}).get(match[2])).get("value")

    whole = re.fullmatch(EXPRESSION + r"\s*" + _OUTPUT.pattern + r"\s*\}", found)
    if whole and output(whole) is not None:
        return output(whole)

    def inner(match: re.Match[str]) -> str:
        value = output(match)
        held = [*parts(value)] if isinstance(value, str) else []
        if len(held) == 1 and held[0].expression:
            return held[0].text
        return match[0] if value is None else json.dumps(value)

    return "".join(
        _text_of(_OUTPUT.sub(inner, one.text)) if one.expression else escaped(one.text)
        for one in parts(found)
    )


def _text_of(expression: str) -> str:
    """An expression as a template has it; a literal in it stands for itself."""
    literal = re.fullmatch(r"\"([^\"$%\\]*)\"", expression)
    return literal[1] if literal else f"${{{expression}}}"


def _differ(one: Json, other: Json) -> bool:
    return bool(_canonical(one) != _canonical(other))


def _canonical(found: Any) -> Any:
    """One form for all ways in which Terraform reads the same value."""
    if isinstance(found, dict):
        plain = {k: v for k, v in found.items() if k != "//" and v is not None}
        return {k: _canonical(v) for k, v in as_sets(plain).items()}
    if isinstance(found, list):
        listed = [_canonical(one) for one in found]
        return listed[0] if len(listed) == 1 and isinstance(listed[0], dict) else listed
    if isinstance(found, str) and found[:1] in ("{", "["):
        try:
            return _canonical(json.loads(found))
        except ValueError:
            return found
    return found if isinstance(found, str) else json.dumps(found)
