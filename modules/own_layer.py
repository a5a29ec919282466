"""What `modules/own.py` gets and gives: a promise to the teams that fill it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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


def checked(given: ForService | None, settings: Settings) -> ForService:
    """What `build` returned; raises UsageError where it names a variable that exists already."""
    given = given or ForService()
    service = settings.service
    taken = {
        **dict.fromkeys(service.environment, "[service.environment]"),
        **dict.fromkeys(service.secrets, "[service.secrets]"),
        **dict.fromkeys([*OURS, *connected(settings)], "Strata"),
    }
    twice = [f"{name}, which {taken[name]} sets" for name in given.environment if name in taken]
    if twice:
        raise UsageError(
            f"modules/own.py: build returns the environment variable {' and '.join(twice)}",
            "give it another name there",
        )
    return given
