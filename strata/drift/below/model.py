"""What exists below a resource: how it is looked up, and the words for it."""

import json
import shlex
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from strata.documents import Json


@dataclass(frozen=True)
class Child:
    """A child of a resource: what it is, what it opens or does, how to delete it."""

    kind: str
    name: str
    does: str
    delete: str
    identifier: str = ""


class StateResources:
    """The resources of the states, as (address, values), by type and by attribute values."""

    def __init__(self, resources: Sequence[tuple[str, Json]]) -> None:
        self._by_type: dict[str, list[tuple[str, Json]]] = defaultdict(list)
        for address, values in resources:
            self._by_type[address.partition(".")[0]].append((address, values))

    def of(self, kind: str) -> list[tuple[str, Json]]:
        """Addresses and values of every resource of a type."""
        return self._by_type.get(kind, [])

    def values_of(self, kind: str, *attributes: str) -> set[tuple[Any, ...]]:
        """The values that each resource of a type has for some attributes."""
        return {
            tuple(values.get(attribute) for attribute in attributes) for _, values in self.of(kind)
        }


Clients = Mapping[str, Any]
Look = Callable[[Clients, Json, StateResources], Iterator[Child]]


@dataclass(frozen=True)
class Below:
    """How the children of a type of resource are looked up, by which call of which client."""

    parent: str
    what: str
    action: str
    client: str
    look: Look
    others: tuple[str, ...] = field(default=())
    """Further clients that it needs."""


def aws(operation: str, **options: str) -> str:
    """A command of the AWS CLI; values are quoted for a shell, since people chose the names.

    An option without a value is given as an empty string.
    """
    flags = [
        flag
        for name, value in options.items()
        for flag in (f"--{name.replace('_', '-')}", value)
        if flag
    ]
    return f"aws {operation} {shlex.join(flags)}"


def hundreds(names: Sequence[str]) -> Iterator[list[str]]:
    """Names in batches of 100, the most that ECS describes at once (DescribeTasks,
    DescribeContainerInstances)."""
    for start in range(0, len(names), 100):
        yield list(names[start : start + 100])


def grants(policy: str) -> str:
    """Whom a policy allows what, in words."""
    statements = json.loads(policy).get("Statement", [])
    statements = statements if isinstance(statements, list) else [statements]

    def listed(value: Any) -> str:
        if isinstance(value, dict):
            return ", ".join(listed(item) for item in value.values())
        return ", ".join(value) if isinstance(value, list) else str(value)

    def but(statement: Json, key: str) -> str:
        return (
            listed(statement[key])
            if key in statement
            else f"all but {listed(statement.get(f'Not{key}', ''))}"
        )

    def words(statement: Json) -> str:
        principal = but(statement, "Principal")
        principal = "everybody" if principal == "*" else principal
        verb = "allows" if statement.get("Effect") == "Allow" else "denies"
        condition = " under a condition" if statement.get("Condition") else ""
        return f"{verb} {principal}: {but(statement, 'Action')}{condition}"

    return "; ".join(map(words, statements)) or "has no statement"


def limits(action: Json, key: str, unit: str) -> str:
    """What a scheduled action sets, and when; its limits are under `key`, or in itself."""
    values = action.get(key, action)
    least, most = (values.get(f"{end}{unit}", "as it is") for end in ("Min", "Max"))
    when = action.get("Schedule") or action.get("Recurrence") or action.get("StartTime")
    return f"sets least {least} and most {most}, {when}"
