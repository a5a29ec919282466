"""What a plan's JSON repeats of the code: its constants, of which some are secret.

Terraform 1.11 prints the configuration beside the plan without any mask, and leaves out what is
write-only where it prints values: a literal of `secret_string_wo` stands there in clear, and so
does a password that is too short to be searched for. Terraform's page on its JSON output format has
the shape, under "configuration representation".
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from strata.documents import Json
from strata.documents.templates import has_expression, read
from strata.plan_file.changes import HIDDEN, hide
from strata.resources.secrets import names_secret

_INDEX = re.compile(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]')
_VARIABLE = re.compile(r"var\.([\w-]+)")


@dataclass(frozen=True)
class _Instances:
    """What a resource's instances, or blocks of them, come to, and what is sensitive in that."""

    values: tuple[Json, ...] = ()
    masks: tuple[Any, ...] = ()

    def below(self, name: str) -> "_Instances":
        """The same of the blocks of a name: in whatever order, since sets have none."""
        return _Instances(
            tuple(block for one in self.values for block in _blocks(one.get(name))),
            tuple(
                block
                for one in self.masks
                for block in ([True] if one is True else _blocks(one.get(name)))
            ),
        )

    def mask(self, name: str) -> list[Any]:
        """What marks an argument in each of them."""
        return [one if one is True else one.get(name) for one in self.masks]

    def write_only(self, name: str) -> bool:
        """Whether a value that is written comes to nothing: the plan never holds it."""
        return bool(self.values) and all(name in one and one[name] is None for one in self.values)


def _blocks(found: Any) -> list[Any]:
    blocks = found if isinstance(found, list) else [found]
    return [one for one in blocks if isinstance(one, dict) or one is True]


@dataclass
class _Found:
    """Secrets among constants, and what the expressions that were hidden refer to."""

    secrets: set[str] = field(default_factory=set)
    references: set[str] = field(default_factory=set)

    @property
    def variables(self) -> set[str]:
        """The variables among the references."""
        return {one[1] for text in self.references if (one := _VARIABLE.match(text))}


def hide_constants(document: Json, secrets: set[str]) -> Json:
    """The plan without the secrets of its configuration, which are added to `secrets`.

    Hidden are constants of arguments that are sensitive or write-only, variables that such an
    argument or a declaration makes sensitive, literals of sensitive outputs, and all that no mask
    tells about: what providers and provisioners are given, and a resource that no instance is
    planned of.
    """
    configuration = document.get("configuration")
    if not isinstance(configuration, dict):
        return document
    changed = dict(configuration)
    providers = configuration.get("provider_config") or {}
    changed["provider_config"] = {name: _provider(one, secrets) for name, one in providers.items()}
    root, variables = _module(
        configuration.get("root_module") or {}, "", dict(_instances(document)), secrets
    )
    values = dict(document.get("variables") or {})
    for name in variables & values.keys():
        secrets.update(_texts(values[name].get("value")))
        values[name] = {**values[name], "value": HIDDEN}
    found = {**document, "configuration": {**changed, "root_module": root}}
    return {**found, "variables": values} if values else found


def _instances(document: Json) -> Iterator[tuple[str, _Instances]]:
    """Address of a resource as it is written -> its instances; of data, those that were read."""
    found: dict[str, list[tuple[Json, Any]]] = {}
    for one in document.get("resource_changes") or []:
        change = one.get("change") or {}
        if isinstance(change.get("after"), dict):
            values, mask = change["after"], change.get("after_sensitive")
            found.setdefault(_written(one), []).append((values, mask))
    for one in _states((document.get("prior_state") or {}).get("values") or {}):
        if one.get("mode") == "data":
            values, mask = one.get("values") or {}, one.get("sensitive_values")
            found.setdefault(_written(one), []).append((values, mask))
    for address, pairs in found.items():
        masks = tuple(mask for _, mask in pairs if isinstance(mask, dict) or mask is True)
        yield address, _Instances(tuple(values for values, _ in pairs), masks)


def _states(values: Json) -> Iterator[Json]:
    module = values.get("root_module") or values
    yield from module.get("resources") or []
    for child in module.get("child_modules") or []:
        yield from _states(child)


def _written(resource: Json) -> str:
    return _INDEX.sub("", str(resource.get("address", "")))


def _module(
    module: Json, prefix: str, instances: Mapping[str, _Instances], secrets: set[str]
) -> tuple[Json, set[str]]:
    """A module without its secrets, and those of its variables that are secret."""
    found = _Found(secrets)
    declared = module.get("variables") or {}
    calls = {}
    for name, call in (module.get("module_calls") or {}).items():
        inner, taken = _module(
            call.get("module") or {}, f"{prefix}module.{name}.", instances, secrets
        )
        expressions = {
            key: _all(one, found) if key in taken else one
            for key, one in (call.get("expressions") or {}).items()
        }
        calls[name] = {**call, "expressions": expressions, "module": inner}
    resources = [
        _resource(one, instances.get(f"{prefix}{one.get('address')}"), found)
        for one in module.get("resources") or []
    ]
    outputs = {
        name: {**one, "expression": _all(one.get("expression"), found)}
        if one.get("sensitive")
        else one
        for name, one in (module.get("outputs") or {}).items()
    }
    variables = {name for name, one in declared.items() if one.get("sensitive")} | found.variables
    hidden = {
        name: {**one, "default": _constant(one["default"], found)}
        if name in variables and "default" in one
        else one
        for name, one in declared.items()
    }
    parts = (
        ("module_calls", calls), ("resources", resources), ("outputs", outputs),
        ("variables", hidden),
    )  # fmt: skip
    return {**module, **{key: part for key, part in parts if part}}, variables


def _resource(resource: Json, instances: _Instances | None, found: _Found) -> Json:
    own = _Found(found.secrets)
    # Nothing says what is secret in what is not planned, nor that a text there is one.
    unknown = _Found()
    expressions = resource.get("expressions") or {}
    hidden = {
        **resource,
        "expressions": _all(expressions, unknown)
        if instances is None
        else _arguments(expressions, instances, own),
    }
    if resource.get("provisioners"):
        hidden["provisioners"] = _all(resource["provisioners"], unknown)
    if "for_each_expression" in resource and (
        instances is None or any(one.startswith("each.") for one in own.references)
    ):
        hidden["for_each_expression"] = _all(resource["for_each_expression"], own)
    found.references |= own.references
    return hidden


def _arguments(expressions: Json, instances: _Instances, found: _Found) -> Json:
    return {name: _argument(name, one, instances, found) for name, one in expressions.items()}


def _argument(name: str, expression: Any, instances: _Instances, found: _Found) -> Any:
    if isinstance(expression, list):
        below = instances.below(name)
        return [
            _arguments(one, below, found) if isinstance(one, dict) else one for one in expression
        ]
    if not isinstance(expression, dict):
        return expression
    if not expression.keys() & {"constant_value", "references"}:
        return _arguments(expression, instances.below(name), found)
    masks = instances.mask(name)
    if True in masks or instances.write_only(name):
        return _all(expression, found)
    constant = expression.get("constant_value")
    for mask in masks:
        if isinstance(constant, str) and _any(mask):
            # An expression as text, such as a function's call, for a map with a secret in it.
            return _all(expression, found)
        found.secrets.update(_marked(constant, mask))
        constant = hide(constant, mask)
    return (
        {**expression, "constant_value": constant} if "constant_value" in expression else expression
    )


def _any(mask: Any) -> bool:
    inner = mask.values() if isinstance(mask, dict) else mask if isinstance(mask, list) else ()
    return mask is True or any(_any(one) for one in inner)


def _marked(value: Any, mask: Any) -> Iterator[str]:
    if mask is True:
        yield from _texts(value)
    elif isinstance(value, dict) and isinstance(mask, dict):
        for key, inner in value.items():
            yield from _marked(inner, mask.get(key))
    elif isinstance(value, list) and isinstance(mask, list):
        for inner, below in zip(value, mask, strict=False):
            yield from _marked(inner, below)


def _provider(provider: Json, secrets: set[str]) -> Json:
    """A provider without what it was given: AWS takes keys, tokens and external ids."""
    expressions = provider.get("expressions")
    if not expressions:
        return provider
    for name, one in expressions.items():
        if names_secret(name):
            _all(one, _Found(secrets))
    return {**provider, "expressions": _all(expressions, _Found())}


def _all(found: Any, into: _Found) -> Any:
    """Expressions, and blocks of them, without any constant."""
    if isinstance(found, list):
        return [_all(one, into) for one in found]
    if not isinstance(found, dict):
        return found
    into.references.update(_names(found.get("references")))
    return {
        key: _constant(one, into)
        if key == "constant_value"
        else one
        if key == "references"
        else _all(one, into)
        for key, one in found.items()
    }


def _names(references: Any) -> Collection[str]:
    return references if isinstance(references, list) else ()


def _constant(value: Any, into: _Found) -> Any:
    into.secrets.update(_texts(value))
    # Neither is a secret, and both are worth reading.
    return value if value is None or isinstance(value, bool) else HIDDEN


def _texts(value: Any) -> Iterator[str]:
    """The texts in a value; an expression is none."""
    inner: Sequence[Any] = ()
    if isinstance(value, str):
        if not has_expression(value):
            # Where it is used, an escape in it is resolved.
            yield from {value, read(value)}
    elif isinstance(value, dict):
        inner = list(value.values())
    elif isinstance(value, list):
        inner = value
    for one in inner:
        yield from _texts(one)
