"""A check over a single resource, and how to read what checkov gives to it.

checkov wraps every value in a list, whatever form the JSON had; nothing here depends on how deep.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

Conf = dict[str, Any]


class Policy(BaseResourceCheck):
    """Passes a resource when `safe` returns true."""

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
    """All values at `key`, without lists around them and without nulls."""
    return list(_flat(conf.get(key)))


def value(conf: Conf, key: str) -> Any:
    """The first value at `key`, else None."""
    return next(iter(values(conf, key)), None)


def blocks(conf: Conf, key: str) -> list[Conf]:
    """The blocks at `key`, written out or as the content of a `dynamic` block."""
    found_blocks = [block for block in values(conf, key) if isinstance(block, dict)]
    for dynamic in values(conf, "dynamic"):
        for body in values(dynamic, key) if isinstance(dynamic, dict) else ():
            found_blocks += blocks(body, "content") if isinstance(body, dict) else []
    return found_blocks


def enabled(flag: object) -> bool:
    """Whether a boolean is true, written as a boolean, a string or a number."""
    return str(flag).strip().lower() in ("true", "1", "on")


def disabled(flag: object) -> bool:
    """Whether a boolean is false or left out; an expression may be anything."""
    return flag is None or str(flag).strip().lower() in ("false", "0", "off", "")


def construct(conf: Conf) -> str:
    """The construct path that CDKTF notes in the JSON."""
    return str(conf.get("//", {}).get("metadata", {}).get("path", ""))


def document(conf: Conf, key: str) -> Any:
    """The JSON at `key`, as text or already read; None when it cannot be read."""
    content = conf.get(key)
    while isinstance(content, list) and len(content) == 1 and not isinstance(content[0], dict):
        content = content[0]
    if isinstance(content, str):
        try:
            return json.loads(content)
        except ValueError:
            return None
    return (
        content[0] if isinstance(content, list) and key.endswith("policy") and content else content
    )


def _flat(item: object) -> Iterator[object]:
    if isinstance(item, list):
        for inner in item:
            yield from _flat(inner)
    elif item is not None:
        yield item
