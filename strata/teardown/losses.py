"""What a destroy would lose and what would stop it half way, read from the states.

The states count, not the settings: a protection that the settings have lifted is in force until an
apply lifts it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from strata.documents import Json
from strata.documents.layers import layer_of
from strata.review.ranks.refused import FULL, PROTECTED, lifting
from strata.state.states import States
from strata.text.words import counted


@dataclass(frozen=True)
class StateResource:
    """A resource in a state: its address and its attributes."""

    address: str
    type: str
    values: Json


@dataclass(frozen=True)
class Contents:
    """What the states do not know: what users put into the resources.

    `images` counts by repository, `objects` names the buckets with objects, `snapshots` names the
    database snapshots that exist already, `protected` has the identifiers of databases and the ARNs
    of load balancers that are protected from deletion, by Strata or by hand.
    """

    images: Mapping[str, int] = field(default_factory=dict)
    objects: frozenset[str] = frozenset()
    snapshots: frozenset[str] = frozenset()
    protected: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Obstacle:
    """Why AWS would refuse to delete something, and the setting that lifts it."""

    address: str
    why: str
    setting: str

    def __str__(self) -> str:
        return f"{self.address}: {self.why}: {self.setting}"


def state_resources(states: States) -> list[StateResource]:
    """Every managed resource of all layers."""
    return [
        StateResource(
            f"{resource['type']}.{resource['name']}", resource["type"], instance["attributes"]
        )
        for state in states.values()
        if state
        for resource in state.document["resources"]
        if resource["mode"] == "managed"
        for instance in resource["instances"]
    ]


def losses(resources: list[StateResource], contents: Contents) -> list[str]:
    """What cannot be restored, a line each, the most valuable first."""
    lines: list[str] = []
    for type_, describe in LOSSES.items():
        for resource in resources:
            if resource.type == type_:
                lines += describe(resource.values, contents)
    own = [resource for resource in resources if layer_of(resource.address) == "own"]
    # A type that begins with another one's name configures it, and holds nothing.
    wholes = tuple(f"{resource.type}_" for resource in own)
    others = [
        resource.address
        for resource in own
        if resource.type not in LOSSES and not resource.type.startswith(wholes)
    ]
    if others:
        lines.append(f"what modules/own.py made, with what it holds: {', '.join(others)}")
    return lines


def _database(values: Json, _: Contents) -> Iterator[str]:
    name = values["identifier"]
    snapshot = values.get("final_snapshot_identifier")
    stays = (
        "nothing of it stays: no last snapshot"
        if values.get("skip_final_snapshot") or not snapshot
        else f"the snapshot {snapshot} stays"
    )
    yield f"database {name} with its backups; {stays}"


def _cache(values: Json, _: Contents) -> Iterator[str]:
    yield f"cache {values['replication_group_id']} with its keys and snapshots"


def _repository(values: Json, contents: Contents) -> Iterator[str]:
    count = contents.images.get(values["name"], 0)
    yield f"repository {values['name']} with {counted(count, 'image')}"


def _zone(values: Json, _: Contents) -> Iterator[str]:
    yield (
        f"zone {values['name']} with every record in it; a new one has other name servers, "
        "which the registrar must be told"
    )


def _bucket(values: Json, contents: Contents) -> Iterator[str]:
    full = values["bucket"] in contents.objects
    yield f"bucket {values['bucket']}{' with its objects' if full else ', empty'}"


def _logs(values: Json, _: Contents) -> Iterator[str]:
    yield f"logs {values['name']}"


def _secret(values: Json, _: Contents) -> Iterator[str]:
    days = values.get("recovery_window_in_days")
    yield f"secret {values['name']}{f', for {days} days not for good' if days else ''}"


LOSSES: dict[str, Callable[[Json, Contents], Iterator[str]]] = {
    "aws_db_instance": _database,
    "aws_elasticache_replication_group": _cache,
    "aws_ecr_repository": _repository,
    "aws_route53_zone": _zone,
    "aws_s3_bucket": _bucket,
    "aws_cloudwatch_log_group": _logs,
    "aws_secretsmanager_secret": _secret,
}


def obstacles(resources: list[StateResource], contents: Contents) -> list[Obstacle]:
    """What AWS would refuse to delete; a destroy would stop half way there."""
    refused = []
    for resource in resources:
        address, type_, values = resource.address, resource.type, resource.values
        attribute, setting = PROTECTED.get(type_, ("", ""))
        identifier = values.get("arn" if type_ == "aws_lb" else "identifier")
        if values.get(attribute) or (attribute and identifier in contents.protected):
            setting = lifting(address, f"{attribute} = false", setting)
            refused.append(Obstacle(address, "protected from deletion", setting))
        if type_ == "aws_db_instance":
            snapshot = values.get("final_snapshot_identifier")
            if not values.get("skip_final_snapshot") and snapshot in contents.snapshots:
                why = f"its last snapshot would be {snapshot}, which exists already: delete it"
                setting = "or set database.final_snapshot = false"
                refused.append(Obstacle(address, why, setting))
        elif type_ == "aws_ecr_repository" and not values.get("force_delete"):
            count = contents.images.get(values["name"], 0)
            if count:
                setting = lifting(address, "force_delete = true", FULL[type_][-1])
                refused.append(Obstacle(address, f"holds {counted(count, 'image')}", setting))
        elif (
            type_ == "aws_s3_bucket"
            and not values.get("force_destroy")
            and values["bucket"] in contents.objects
        ):
            setting = lifting(address, "force_destroy = true", FULL[type_][-1])
            logs = address == "aws_s3_bucket.edge_access_log_bucket"
            refused.append(
                Obstacle(address, f"holds {'access logs' if logs else 'objects'}", setting)
            )
    return refused
