"""What is secret in a plan's JSON, and the document without it."""

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
    """Terraform's plan JSON with every sensitive value replaced, wherever it stands.

    Masks stand beside changes, resources and outputs; a value that one of them marks is taken
    out of the whole document, since expressions and prior state repeat it. What the configuration
    says has no mask of its own: see `hide_constants`. A variable of a container has none either,
    and is judged as the settings are.
    """
    secrets: set[str] = set()
    masked = _masked(hide_constants(document, secrets), secrets)
    # A short one is a word like `true`, and would take half the document with it.
    whole = [one for one in secrets if len(one) >= 8]
    # The longest first: one may be the beginning of another.
    forms = sorted(
        {form for one in whole for form in _written(one)}, key=lambda one: (-len(one), one)
    )
    return dict(_scrubbed(masked, forms))


def _written(secret: str) -> list[str]:
    """A value as it is, and as it stands in JSON that is itself a value, such as a policy."""
    quoted = json.dumps(secret, ensure_ascii=False)[1:-1]
    # Terraform's `jsonencode` writes these as HTML could take them, Python all but ASCII.
    safe = re.sub("[<>&]", lambda one: f"\\u{ord(one[0]):04x}", quoted)
    return [safe, quoted, secret, json.dumps(secret)[1:-1]]


def _masked(found: Any, secrets: set[str]) -> Any:
    if isinstance(found, list):
        return [_masked(one, secrets) for one in found]
    if not isinstance(found, dict):
        return found
    hidden = dict(found)
    for key, mask, other in (
        ("before", "before_sensitive", None),
        ("after", "after_sensitive", "before"),
        ("values", "sensitive_values", None),
    ):
        if key in found and mask in found:
            _collect(found[key], found[mask], secrets)
            hidden[key] = hide(found[key], found[mask], found.get(other) if other else None)
    if found.get("sensitive") is True:
        for key in ("value", "default", "constant_value"):
            if found.get(key) is not None:
                _collect(found[key], True, secrets)
                hidden[key] = HIDDEN
    secrets.update(_variables(found.get("container_definitions")))
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


def _scrubbed(found: Any, secrets: list[str]) -> Any:
    if isinstance(found, dict):
        return {key: _scrubbed(value, secrets) for key, value in found.items()}
    if isinstance(found, list):
        return [_scrubbed(one, secrets) for one in found]
    if isinstance(found, str):
        for secret in secrets:
            found = found.replace(secret, HIDDEN)
    return found
