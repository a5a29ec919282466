"""The secrets in a plan's JSON, and the document without them."""

import contextlib
import json
import re
from collections.abc import Iterator
from typing import Any

from strata.documents import Json
from strata.plan_file.changes import HIDDEN, hide
from strata.plan_file.constants import hide_constants
from strata.resources.containers import containers
from strata.resources.secrets import is_secret


def without_secrets(document: Json) -> Json:
    """Terraform's plan JSON with every sensitive value replaced, wherever it is.

    Changes, resources and outputs have masks; a value that one of them marks is removed from the
    whole document, since expressions and prior state repeat it. The configuration has no masks:
    see `hide_constants`. A variable of a container has none either, and is judged as in the
    settings.
    """
    secrets: set[str] = set()
    masked = _masked(hide_constants(document, secrets), secrets)
    # A short value is a word like `true`, and would remove half of the document.
    long_secrets = [secret for secret in secrets if len(secret) >= 8]
    # The longest first, since a value may be the beginning of another.
    forms = sorted(
        {form for secret in long_secrets for form in _written(secret)},
        key=lambda form: (-len(form), form),
    )
    return dict(_scrubbed(masked, forms))


def _written(secret: str) -> list[str]:
    """A value as it is, and in the forms it has in JSON text, such as a policy."""
    quoted = json.dumps(secret, ensure_ascii=False)[1:-1]
    # Terraform's `jsonencode` escapes `<`, `>` and `&`, Python all but ASCII.
    safe = re.sub("[<>&]", lambda match: f"\\u{ord(match[0]):04x}", quoted)
    return [safe, quoted, secret, json.dumps(secret)[1:-1]]


def _masked(value: Any, secrets: set[str]) -> Any:
    if isinstance(value, list):
        return [_masked(item, secrets) for item in value]
    if not isinstance(value, dict):
        return value
    hidden = dict(value)
    for key, mask, other in (
        ("before", "before_sensitive", None),
        ("after", "after_sensitive", "before"),
        ("values", "sensitive_values", None),
    ):
        if key in value and mask in value:
            _collect(value[key], value[mask], secrets)
            hidden[key] = hide(value[key], value[mask], value.get(other) if other else None)
    if value.get("sensitive") is True:
        for key in ("value", "default", "constant_value"):
            if value.get(key) is not None:
                _collect(value[key], True, secrets)
                hidden[key] = HIDDEN
    secrets.update(_variables(value.get("container_definitions")))
    return {key: _masked(value, secrets) for key, value in hidden.items()}


def _variables(definitions: Any) -> Iterator[str]:
    """The values of a task definition's plain variables that are probably secret."""
    with contextlib.suppress(ValueError):
        for container in containers(definitions):
            for name, value in container.environment.items():
                if is_secret(name, value):
                    yield value


def _collect(value: Any, mask: Any, secrets: set[str]) -> None:
    """The text that a mask marks."""
    if isinstance(value, str) and mask is True:
        secrets.add(value)
    elif isinstance(value, dict):
        for key, inner in value.items():
            below = True if mask is True else mask.get(key) if isinstance(mask, dict) else None
            _collect(inner, below, secrets)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            listed = mask[index] if isinstance(mask, list) and index < len(mask) else None
            _collect(inner, True if mask is True else listed, secrets)


def _scrubbed(value: Any, secrets: list[str]) -> Any:
    if isinstance(value, dict):
        return {key: _scrubbed(item, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [_scrubbed(item, secrets) for item in value]
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, HIDDEN)
    return value
