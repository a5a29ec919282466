"""The constants of the code in a plan's JSON, some of which are secret.

Terraform 1.11 prints the configuration beside the plan without any mask, and leaves out write-only
values where it prints values: a literal of `secret_string_wo` is there in plain text, and so is a
password that is too short to be searched for. Terraform's page on its JSON output format describes
the form, under "configuration representation".
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
    """The values of a resource's instances, or of their blocks, and their sensitivity masks."""

    values: tuple[Json, ...] = ()
    masks: tuple[Any, ...] = ()

    def below(self, name: str) -> "_Instances":
        """The values and masks of the blocks of a name, in any order, since sets have none."""
        return _Instances(
            tuple(block for instance in self.values for block in _blocks(instance.get(name))),
            tuple(
                block
                for instance in self.masks
                for block in ([True] if instance is True else _blocks(instance.get(name)))
            ),
        )

    def mask(self, name: str) -> list[Any]:
        """The mask of an argument in each instance."""
        return [mask if mask is True else mask.get(name) for mask in self.masks]

    def write_only(self, name: str) -> bool:
        """Whether an argument is null in every instance, since the plan never has its value."""
        return bool(self.values) and all(
            name in value and value[name] is None for value in self.values
        )


def _blocks(value: Any) -> list[Any]:
    blocks = value if isinstance(value, list) else [value]
    return [block for block in blocks if isinstance(block, dict) or block is True]


@dataclass
class _Collected:
    """Secrets among constants, and the references of the expressions that were hidden."""

    secrets: set[str] = field(default_factory=set)
    references: set[str] = field(default_factory=set)

    @property
    def variables(self) -> set[str]:
        """The variables among the references."""
        return {match[1] for text in self.references if (match := _VARIABLE.match(text))}


def hide_constants(document: Json, secrets: set[str]) -> Json:
    """The plan without the secrets of its configuration, which are added to `secrets`.

    It hides constants of sensitive or write-only arguments, variables that such an argument or
    their declaration makes sensitive, literals of sensitive outputs, and everything without a mask:
    the arguments of providers and provisioners, and resources without a planned instance.
    """
    configuration = document.get("configuration")
    if not isinstance(configuration, dict):
        return document
    changed = dict(configuration)
    providers = configuration.get("provider_config") or {}
    changed["provider_config"] = {
        name: _provider(provider, secrets) for name, provider in providers.items()
    }
    root, variables = _module(
        configuration.get("root_module") or {}, "", dict(_instances(document)), secrets
    )
    values = dict(document.get("variables") or {})
    for name in variables & values.keys():
        secrets.update(_texts(values[name].get("value")))
        values[name] = {**values[name], "value": HIDDEN}
    hidden = {**document, "configuration": {**changed, "root_module": root}}
    return {**hidden, "variables": values} if values else hidden


def _instances(document: Json) -> Iterator[tuple[str, _Instances]]:
    """Address of a resource in the code -> its instances; for data sources those that were read."""
    pairs_by_address: dict[str, list[tuple[Json, Any]]] = {}
    for change_entry in document.get("resource_changes") or []:
        change = change_entry.get("change") or {}
        if isinstance(change.get("after"), dict):
            values, mask = change["after"], change.get("after_sensitive")
            pairs_by_address.setdefault(_written(change_entry), []).append((values, mask))
    for resource in _states((document.get("prior_state") or {}).get("values") or {}):
        if resource.get("mode") == "data":
            values, mask = resource.get("values") or {}, resource.get("sensitive_values")
            pairs_by_address.setdefault(_written(resource), []).append((values, mask))
    for address, pairs in pairs_by_address.items():
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
    """A module without its secrets, and the names of its secret variables."""
    collected = _Collected(secrets)
    declared = module.get("variables") or {}
    calls = {}
    for name, call in (module.get("module_calls") or {}).items():
        inner, secret_variables = _module(
            call.get("module") or {}, f"{prefix}module.{name}.", instances, secrets
        )
        expressions = {
            key: _all(expression, collected) if key in secret_variables else expression
            for key, expression in (call.get("expressions") or {}).items()
        }
        calls[name] = {**call, "expressions": expressions, "module": inner}
    resources = [
        _resource(resource, instances.get(f"{prefix}{resource.get('address')}"), collected)
        for resource in module.get("resources") or []
    ]
    outputs = {
        name: {**output, "expression": _all(output.get("expression"), collected)}
        if output.get("sensitive")
        else output
        for name, output in (module.get("outputs") or {}).items()
    }
    variables = {
        name for name, variable in declared.items() if variable.get("sensitive")
    } | collected.variables
    hidden = {
        name: {**variable, "default": _constant(variable["default"], collected)}
        if name in variables and "default" in variable
        else variable
        for name, variable in declared.items()
    }
    parts = (
        ("module_calls", calls), ("resources", resources), ("outputs", outputs),
        ("variables", hidden),
    )  # fmt: skip
    return {**module, **{key: part for key, part in parts if part}}, variables


def _resource(resource: Json, instances: _Instances | None, collected: _Collected) -> Json:
    own = _Collected(collected.secrets)
    # For a resource that is not planned nothing says which texts are secret, so none is collected.
    unknown = _Collected()
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
        instances is None or any(reference.startswith("each.") for reference in own.references)
    ):
        hidden["for_each_expression"] = _all(resource["for_each_expression"], own)
    collected.references |= own.references
    return hidden


def _arguments(expressions: Json, instances: _Instances, collected: _Collected) -> Json:
    return {
        name: _argument(name, expression, instances, collected)
        for name, expression in expressions.items()
    }


def _argument(name: str, expression: Any, instances: _Instances, collected: _Collected) -> Any:
    if isinstance(expression, list):
        below = instances.below(name)
        return [
            _arguments(block, below, collected) if isinstance(block, dict) else block
            for block in expression
        ]
    if not isinstance(expression, dict):
        return expression
    if not expression.keys() & {"constant_value", "references"}:
        return _arguments(expression, instances.below(name), collected)
    masks = instances.mask(name)
    if True in masks or instances.write_only(name):
        return _all(expression, collected)
    constant = expression.get("constant_value")
    for mask in masks:
        if isinstance(constant, str) and _any(mask):
            # An expression as text, such as a function's call, for a map with a secret in it.
            return _all(expression, collected)
        collected.secrets.update(_marked(constant, mask))
        constant = hide(constant, mask)
    return (
        {**expression, "constant_value": constant} if "constant_value" in expression else expression
    )


def _any(mask: Any) -> bool:
    inner = mask.values() if isinstance(mask, dict) else mask if isinstance(mask, list) else ()
    return mask is True or any(_any(item) for item in inner)


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
    """A provider without its arguments: AWS takes keys, tokens and external ids."""
    expressions = provider.get("expressions")
    if not expressions:
        return provider
    for name, expression in expressions.items():
        if names_secret(name):
            _all(expression, _Collected(secrets))
    return {**provider, "expressions": _all(expressions, _Collected())}


def _all(expression: Any, into: _Collected) -> Any:
    """Expressions, and blocks of them, with every constant hidden."""
    if isinstance(expression, list):
        return [_all(item, into) for item in expression]
    if not isinstance(expression, dict):
        return expression
    into.references.update(_names(expression.get("references")))
    return {
        key: _constant(item, into)
        if key == "constant_value"
        else item
        if key == "references"
        else _all(item, into)
        for key, item in expression.items()
    }


def _names(references: Any) -> Collection[str]:
    return references if isinstance(references, list) else ()


def _constant(value: Any, into: _Collected) -> Any:
    into.secrets.update(_texts(value))
    # Null and booleans are not secrets, and are worth reading.
    return value if value is None or isinstance(value, bool) else HIDDEN


def _texts(value: Any) -> Iterator[str]:
    """The texts in a value, without expressions."""
    inner: Sequence[Any] = ()
    if isinstance(value, str):
        if not has_expression(value):
            # Where the text is used, its escapes are resolved.
            yield from {value, read(value)}
    elif isinstance(value, dict):
        inner = list(value.values())
    elif isinstance(value, list):
        inner = value
    for item in inner:
        yield from _texts(item)
