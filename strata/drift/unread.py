"""What differs in AWS and no plan shows, since the provider does not read it back.

Service Connect that is switched off: DescribeServices then says nothing of it, and provider 5.100.0
keeps what the state has (hashicorp/terraform-provider-aws issue 42818, PR 43871). Other values of
it are in the answer, and in a plan.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from strata.aws.session import IMPATIENT, session
from strata.documents import Json
from strata.release.ecs import asking
from strata.settings.models import Environment

SERVICE = "aws_ecs_service."
AT_ONCE = 10
"""Services that DescribeServices takes (ECS API reference)."""

Unread = Mapping[str, Sequence[tuple[str, Any, Any]]]
"""Address -> path of an attribute, its value in the state, and the one in AWS."""

Describe = Callable[[str, Sequence[str]], Iterable[Json]]
"""What DescribeServices answers of the services of a cluster, by their ARNs."""


def unread(ours: Sequence[tuple[str, Json]], describe: Describe) -> Unread:
    """The services, of (address, values) as the states have them, that have Service Connect no
    more."""
    connected = {
        body["id"]: address
        for address, body in ours
        if address.startswith(SERVICE) and _enabled(body.get("service_connect_configuration"))
    }
    clusters: dict[str, list[str]] = {}
    for address, body in ours:
        if address in connected.values():
            clusters.setdefault(body["cluster"], []).append(body["id"])
    return {
        connected[service["serviceArn"]]: [
            ("service_connect_configuration[0].enabled", True, False)
        ]
        for cluster, arns in clusters.items()
        for service in describe(cluster, arns)
        if service.get("serviceArn") in connected and _off(service)
    }


def describing(environment: Environment) -> Describe:
    """Asks ECS; its errors are StrataErrors."""
    client: Any = session(environment).client("ecs", config=IMPATIENT)

    def describe(cluster: str, arns: Sequence[str]) -> Iterable[Json]:
        for first in range(0, len(arns), AT_ONCE):
            with asking():
                answer = client.describe_services(
                    cluster=cluster, services=list(arns[first : first + AT_ONCE])
                )
            yield from answer["services"]

    return describe


def _off(service: Json) -> bool:
    """Whether the newest deployment of a service that runs has no Service Connect."""
    newest = [one for one in service.get("deployments", []) if one.get("status") == "PRIMARY"]
    return bool(newest) and not _enabled(newest[0].get("serviceConnectConfiguration"))


def _enabled(configuration: Any) -> bool:
    """Of a block of a state, which is a list, or of AWS's answer."""
    blocks = configuration if isinstance(configuration, list) else [configuration]
    return any(bool(block and block.get("enabled")) for block in blocks)
