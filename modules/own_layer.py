"""What `modules/own.py` gets and gives: a promise to the teams that fill it."""

import re
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from modules.cache import CacheOutputs
from modules.cluster import ClusterOutputs
from modules.database import DatabaseOutputs
from modules.edge import EdgeOutputs
from modules.naming import Names
from modules.network import NetworkOutputs
from modules.registry import RegistryOutputs
from strata.errors import UsageError
from strata.settings.connected import connected
from strata.settings.models import Settings
from strata.settings.rules.secrets import OURS

OWN = "modules/own.py"
ABOUT_CODE = (SyntaxError, ImportError, NameError, AttributeError, TypeError)


@dataclass(frozen=True)
class Layers:
    """The layers that are applied before `own`: their outputs, and the names and tags of `own`."""

    names: Names
    network: NetworkOutputs
    registry: RegistryOutputs
    database: DatabaseOutputs
    cache: CacheOutputs
    cluster: ClusterOutputs
    edge: EdgeOutputs


@dataclass(frozen=True)
class Permission:
    """What the service's containers may do: a statement of the policy of the task role.

    `actions` are IAM's, such as `sqs:SendMessage`, `resources` are ARNs, and `conditions` is an IAM
    condition block.
    """

    actions: Sequence[str]
    resources: Sequence[str]
    conditions: Mapping[str, Mapping[str, str | Sequence[str]]] = field(default_factory=dict)

    def statement(self) -> dict[str, object]:
        """The statement as an IAM policy has it."""
        condition = {"Condition": self.conditions} if self.conditions else {}
        return {"Action": [*self.actions], "Resource": [*self.resources], **condition}


@dataclass(frozen=True)
class ForService:
    """What the service gets: plain environment variables, and permissions of its task role."""

    environment: Mapping[str, str] = field(default_factory=dict)
    permissions: Sequence[Permission] = ()


def told(error: Exception) -> UsageError:
    """What is wrong in the team's file, with its line there.

    Only the text of errors that name code is repeated: that of others may hold a setting.
    """
    line = error.lineno if isinstance(error, SyntaxError) else _line(error)
    twice = re.search(r"already a Construct with name '[\w.-]+'", str(error))
    said = twice[0] if twice else ""
    if isinstance(error, ABOUT_CODE):
        said = str(getattr(error, "msg", error))
    # The path of the file behind it says no more than the place before it.
    said = re.sub(r" \(/.*\)$", "", said.partition("\n")[0])
    words = ": ".join(filter(None, [type(error).__name__, said]))
    return UsageError(
        f"{OWN}{f':{line}' if line else ''}: {words}", "correct it there; --debug shows more"
    )


def _line(error: Exception) -> int | None:
    """The line of the team's file that an error came through last."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [one.lineno for one in frames if Path(one.filename).parts[-2:] == Path(OWN).parts]
    return lines[-1] if lines else None


def checked(given: object, settings: Settings) -> ForService:
    """What `build` returned; raises UsageError for what is none of it, and where it names a
    variable that exists already."""
    if given is None:
        return ForService()
    if not isinstance(given, ForService):
        raise _wrong(type(given).__name__, "ForService(...), or nothing")
    for name, value in given.environment.items():
        if not isinstance(value, str):
            raise _wrong(
                f"environment[{name!r}] of type {type(value).__name__}",
                "text: str(...), or Token.as_string(...) of a resource's number",
            )
    for permission in given.permissions:
        if not isinstance(permission, Permission):
            raise _wrong(f"a permission of type {type(permission).__name__}", "Permission(...)")
        if isinstance(permission.actions, str) or isinstance(permission.resources, str):
            raise _wrong(
                "a Permission with a text where a list is meant",
                'Permission(["sqs:SendMessage"], [queue.arn])',
            )
    _not_twice(given, settings)
    return given


def _wrong(what: str, right: str) -> UsageError:
    return UsageError(f"{OWN}: build returns {what}", right)


def _not_twice(given: ForService, settings: Settings) -> None:
    service = settings.service
    taken = {
        **dict.fromkeys(service.environment, "[service.environment]"),
        **dict.fromkeys(service.secrets, "[service.secrets]"),
        **dict.fromkeys([*OURS, *connected(settings)], "Strata"),
    }
    twice = [f"{name}, which {taken[name]} sets" for name in given.environment if name in taken]
    if twice:
        raise UsageError(
            f"{OWN}: build returns the environment variable {' and '.join(twice)}",
            "give it another name there",
        )
