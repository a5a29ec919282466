"""A check over one resource, and how to read what checkov hands to it.

checkov wraps every value in a list, whatever form the JSON had; nothing here rests on how deep.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

Conf = dict[str, Any]


class Policy(BaseResourceCheck):
    """Passes a resource when `safe` says so."""

    def __init__(
        self, check_id: str, name: str, resources: Sequence[str], safe: Callable[[Conf], bool]
    ) -> None:
        super().__init__(
            name=name,
            id=check_id,
            categories=[CheckCategories.GENERAL_SECURITY],
            supported_resources=resources,
        )
        self._safe = safe

    def scan_resource_conf(self, conf: Conf) -> CheckResult:
        """Judge one resource."""
        return CheckResult.PASSED if self._safe(conf) else CheckResult.FAILED


def values(conf: Conf, key: str) -> list[Any]:
    """Everything that stands at `key`, without lists around it and without nulls."""
    return list(_flat(conf.get(key)))


def value(conf: Conf, key: str) -> Any:
    """The first that stands at `key`, else None."""
    return next(iter(values(conf, key)), None)


def blocks(conf: Conf, key: str) -> list[Conf]:
    """The blocks at `key`, written out or as the content of a `dynamic` block."""
    found = [one for one in values(conf, key) if isinstance(one, dict)]
    for dynamic in values(conf, "dynamic"):
        for one in values(dynamic, key) if isinstance(dynamic, dict) else ():
            found += blocks(one, "content") if isinstance(one, dict) else []
    return found


def enabled(found: object) -> bool:
    """Whether a boolean is true, written as one, as a string or as a number."""
    return str(found).strip().lower() in ("true", "1", "on")


def disabled(found: object) -> bool:
    """Whether a boolean is false or left out; an expression may be anything."""
    return found is None or str(found).strip().lower() in ("false", "0", "off", "")


def construct(conf: Conf) -> str:
    """The construct path that CDKTF notes in the JSON."""
    return str(conf.get("//", {}).get("metadata", {}).get("path", ""))


def document(conf: Conf, key: str) -> Any:
    """The JSON at `key`, as text or already read; None when it cannot be read."""
    found = conf.get(key)
    while isinstance(found, list) and len(found) == 1 and not isinstance(found[0], dict):
        found = found[0]
    if isinstance(found, str):
        try:
            return json.loads(found)
        except ValueError:
            return None
    return found[0] if isinstance(found, list) and key.endswith("policy") and found else found


def _flat(found: object) -> Iterator[object]:
    if isinstance(found, list):
        for one in found:
            yield from _flat(one)
    elif found is not None:
        yield found
