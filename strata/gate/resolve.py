"""Synthesized JSON with its values in place: locals, variables, and outputs of other layers."""

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
_IMAGE = r"aws_ssm_parameter\.[\w-]+\.insecure_value"
_NAMED = re.compile(EXPRESSION + rf"\s*((?:local|var)\.[\w-]+|{_IMAGE})" + _PATH + r"\s*\}")
_UNRESOLVED = re.compile(r"(?<![\w.-])(?:local|var)\.[\w-]+")
_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"')
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]|\[\"([^\"]+)\"\]")
_OUTPUT = re.compile(r"data\.terraform_remote_state\.([\w-]+)\.outputs\.([\w-]+)")
_WHOLE_OUTPUT = re.compile(EXPRESSION + r"\s*" + _OUTPUT.pattern + r"\s*\}")
_DEEPEST = 10
"""The most locals that refer to locals; Terraform refuses circles, and this limit ends them."""


def resolved(stack: Json) -> Json:
    """The stack as it will exist, without nulls, locals and variables' defaults in their places.

    checkov takes a null for a value, and its checks see an expression instead of a local's value.
    What a task definition reads from a parameter of the stack, its image, is put in place too.
    The blocks of `resource`, `data` and `ephemeral` are returned as objects, whatever form they
    had, and the content of `dynamic` blocks as blocks, once for each round. Blocks that create
    nothing (`count = 0`) are left out; a `dynamic` over something unknown gives a single block, and
    is kept beside it.
    """
    known = _known(stack)
    plain = {kind: _nested(blocks(stack, kind)) for kind in KINDS if stack.get(kind)}
    result = dict(_resolve({**stack, **plain}, known, 0))
    for kind in plain:
        existing = {
            address: body for address, body in blocks(result, kind).items() if _exists(body)
        }
        result[kind] = _nested(existing)
    return result


def resolved_outputs(stack: Json) -> Json:
    """The outputs of a stack as it will exist, by name."""
    return merged(_resolve(stack.get("output"), _known(stack), 0))


def _known(stack: Json) -> Json:
    """The values of a stack's locals, variables and parameters, by what refers to them."""
    known = {f"local.{name}": value for name, value in merged(stack.get("locals")).items()}
    for name, body in merged(stack.get("variable")).items():
        default = merged(body).get("default")
        if default is not None:
            known[f"var.{name}"] = default
    for address, body in blocks(stack).items():
        if address.startswith("aws_ssm_parameter.") and isinstance(body, dict):
            known[f"{address}.insecure_value"] = body.get("insecure_value")
    return known


def _exists(body: Any) -> bool:
    # A body that is not a block is refused where its form is checked.
    return not isinstance(body, dict) or exists(body)


def unresolved(stack: Json) -> Iterator[tuple[str, str]]:
    """(address, local or variable) of what is not resolved in a stack, so that no check can judge
    it."""
    for kind in KINDS:
        for address, body in blocks(stack, kind).items():
            for text in texts(body):
                for name in _open(text):
                    yield address, name
    # Not by blocks: a provider may have several configurations.
    for text in texts(stack.get("provider")):
        for name in _open(text):
            yield "provider", name


def _open(template: str) -> Iterator[str]:
    """The locals and variables in the expressions of a template, and of the texts within them."""
    for expression in expressions(template):
        # A domain such as "local.shop.example" is not a reference.
        yield from _UNRESOLVED.findall(_LITERAL.sub("", expression))
        yield from _open(expression)


def union(layers: Mapping[str, Json]) -> Json:
    """The resources of all layers, which are resolved, in one stack, each reading from the others
    directly.

    A value that a layer reads from the state of another becomes the expression of that layer's
    output. Layers are identified by the place of their state, not by a name.
    """
    outputs = {_state(_backend(layer)): merged(layer.get("output")) for layer in layers.values()}
    blocks_by_kind: dict[str, dict[str, Json]] = {kind: {} for kind in KINDS}
    for layer in layers.values():
        sources = {
            address.partition(".")[2]: outputs.get(_state(merged(body.get("config"))), {})
            for address, body in blocks(layer, "data").items()
            if address.startswith(f"{REMOTE_STATE}.")
        }
        for kind in KINDS:
            for address, body in blocks(layer, kind).items():
                if not address.startswith(f"{REMOTE_STATE}."):
                    blocks_by_kind[kind][address] = _linked(body, sources)
    first = next(iter(layers.values()), {})
    together = {kind: _nested(of_kind) for kind, of_kind in blocks_by_kind.items() if of_kind}
    return {**({"provider": first["provider"]} if "provider" in first else {}), **together}


def differences(layers: Json, composed: Json) -> list[str]:
    """Addresses that differ between two resolved stacks."""
    different = []
    for kind in KINDS:
        first, second = blocks(layers, kind), blocks(composed, kind)
        prefix = "" if kind == "resource" else f"{kind}."
        different += [
            f"{prefix}{address}"
            for address in sorted(set(first) | set(second))
            if address not in first
            or address not in second
            or _differ(first[address], second[address])
        ]
    return different


def missing_layers(environment: str, composed: Json, layers: Mapping[str, Json]) -> list[str]:
    """Stacks that are missing although their layers have resources in the composed stack."""
    paths = [construct_path(body).partition("/") for body in blocks(composed).values()]
    expected = {stack_name(environment, layer) for layer, below, _ in paths if below}
    return sorted(expected - set(layers))


def _nested(blocks_: Mapping[str, Json]) -> Json:
    nested: Json = {}
    for address, body in blocks_.items():
        kind, _, name = address.partition(".")
        nested.setdefault(kind, {})[name] = body
    return nested


def _resolve(data: Any, known: Json, depth: int) -> Any:
    if isinstance(data, dict):
        plain = {k: _resolve(v, known, depth) for k, v in data.items() if v is not None}
        return _written_out(plain) if "dynamic" in plain else plain
    if isinstance(data, list):
        return [_resolve(item, known, depth) for item in data if item is not None]
    if not isinstance(data, str) or "${" not in data or depth > _DEEPEST:
        return data
    match_ = _NAMED.fullmatch(data)
    if match_:
        value = _at(known.get(match_[1]), match_[2])
        return data if value is None else _resolve(value, known, depth + 1)
    return _NAMED.sub(lambda match: _text(match, known, depth), data)


def _written_out(body: Json) -> Json:
    """A block with the content of its `dynamic` blocks added to its other blocks."""
    plain = {key: value for key, value in body.items() if key != "dynamic"}
    unknown = []
    for label, dynamic in _dynamics(body["dynamic"]):
        rounds = elements(dynamic.get("for_each"))
        unknown += [{label: dynamic} for round_ in rounds if not round_.known]
        old = plain.get(label, [])
        new = [block for round_ in rounds for block in _contents(label, dynamic, round_)]
        if new:
            plain[label] = [*(old if isinstance(old, list) else [old]), *new]
    return {**plain, "dynamic": unknown} if unknown else plain


def _dynamics(value: Any) -> Iterator[tuple[str, Json]]:
    """(name of the block, its body) of every `dynamic` block, in lists or not."""
    for item in value if isinstance(value, list) else [value]:
        for label, bodies in item.items() if isinstance(item, dict) else ():
            for dynamic in bodies if isinstance(bodies, list) else [bodies]:
                if isinstance(dynamic, dict):
                    yield label, dynamic


def _contents(label: str, dynamic: Json, element: Element) -> list[Any]:
    """The blocks of a round, with the key and value of the round filled in."""
    content = dynamic.get("content") or {}
    listed = content if isinstance(content, list) else [content]
    if not element.known:
        return listed
    name = str(dynamic.get("iterator") or label)
    known = {f"{name}.key": element.key, f"{name}.value": element.value}
    return [_iterated(block, name, known) for block in listed]


def _iterated(data: Any, name: str, known: Json) -> Any:
    if isinstance(data, dict):
        return {key: _iterated(value, name, known) for key, value in data.items()}
    if isinstance(data, list):
        return [_iterated(item, name, known) for item in data]
    if not isinstance(data, str) or f"{name}." not in data:
        return data
    match = re.fullmatch(
        EXPRESSION + rf"\s*({re.escape(name)}\.(?:key|value))" + _PATH + r"\s*\}", data
    )
    value = _at(known.get(match[1]), match[2]) if match else None
    return data if value is None else value


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


def _linked(data: Any, sources: Mapping[str, Json]) -> Any:
    """The value with references to other layers' outputs replaced by the outputs' values."""
    if isinstance(data, dict):
        return {key: _linked(value, sources) for key, value in data.items()}
    if isinstance(data, list):
        return [_linked(item, sources) for item in data]
    if not isinstance(data, str) or "{" not in data:
        return data

    def output(match: re.Match[str]) -> Any:
        return merged(sources.get(match[1], {}).get(match[2])).get("value")

    reference = _WHOLE_OUTPUT.fullmatch(data)
    if reference and output(reference) is not None:
        return output(reference)

    def inner(match: re.Match[str]) -> str:
        value = output(match)
        parts_of_value = [*parts(value)] if isinstance(value, str) else []
        if len(parts_of_value) == 1 and parts_of_value[0].expression:
            return parts_of_value[0].text
        return match[0] if value is None else json.dumps(value)

    return "".join(
        _text_of(_OUTPUT.sub(inner, part.text)) if part.expression else escaped(part.text)
        for part in parts(data)
    )


def _text_of(expression: str) -> str:
    """An expression as text of a template; a literal becomes its own text."""
    literal = re.fullmatch(r"\"([^\"$%\\]*)\"", expression)
    return literal[1] if literal else f"${{{expression}}}"


def _differ(first: Json, second: Json) -> bool:
    return bool(_canonical(first) != _canonical(second))


def _canonical(value: Any) -> Any:
    """The same form for all ways to write the same value in Terraform JSON."""
    if isinstance(value, dict):
        plain = {k: v for k, v in value.items() if k != "//" and v is not None}
        return {k: _canonical(v) for k, v in as_sets(plain).items()}
    if isinstance(value, list):
        listed = [_canonical(item) for item in value]
        return listed[0] if len(listed) == 1 and isinstance(listed[0], dict) else listed
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return _canonical(json.loads(value))
        except ValueError:
            return value
    return value if isinstance(value, str) else json.dumps(value)
