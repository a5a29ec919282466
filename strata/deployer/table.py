"""What each resource type and command asks of AWS: `permissions.toml`, read."""

from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from strata.documents import Json
from strata.machine.files import toml


class Use(StrEnum):
    """What a policy is for."""

    PLAN = "plan"
    RELEASE = "release"
    APPLY = "apply"


class Row(BaseModel):
    """The actions of a resource type or a command, and the ARNs that they are asked on.

    An ARN names arguments of the resource in braces, such as `{name}`, those of another type as
    `{aws_lb.name}`, and `{region}`, `{account}`, `{project}`, `{environment}`, `{state_bucket}`,
    `{second_region}`, which is us-east-1 where something is there beside another region,
    `{secret_keys}` and `{webhook_secret}` of the settings.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    on: tuple[str, ...] = ()
    plan: tuple[str, ...] = ()
    release: tuple[str, ...] = ()
    apply: tuple[str, ...] = ()


class Table(BaseModel):
    """All rows; `because`: action -> why it is there, where no call of the emulator shows it.

    `needless`: dependent actions of the Service Authorization Reference -> why nothing here needs
    them. `tagged`: actions that are allowed on what has the environment's tags alone.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    types: dict[str, Row]
    commands: dict[str, Row]
    because: dict[str, str] = {}
    needless: dict[str, str] = {}
    tagged: tuple[str, ...] = ()


RELEASING = ("any", "status")
"""The commands whose `plan` every release needs: the states, and what runs."""


@cache
def table() -> Table:
    """The table that this version of Strata ships."""
    document: Json = toml((files("strata.deployer") / "permissions.toml").read_text("utf-8"))
    return Table.model_validate(document)


def asked(types: frozenset[str], use: Use) -> Iterator[tuple[str, Row, tuple[str, ...]]]:
    """(resource type or "", row, actions) of all that an environment of these types needs."""
    rows = table()
    for name, row in rows.commands.items():
        yield "", row, _of_command(name, row, use)
    for name, row in rows.types.items():
        if name in types and use is not Use.RELEASE:
            yield name, row, (*row.plan, *row.apply) if use is Use.APPLY else row.plan


def _of_command(name: str, row: Row, use: Use) -> tuple[str, ...]:
    if use is Use.PLAN:
        return row.plan
    if use is Use.APPLY:
        return (*row.plan, *row.release, *row.apply)
    return (*row.release, *(row.plan if name in RELEASING else ()))
