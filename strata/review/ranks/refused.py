"""What AWS would refuse, although Terraform plans it and the emulator does it.

A layer is applied before those that read its outputs. What it deletes is deleted while they still
use it; AWS refuses that after minutes of retries, and the layer stays half done.
"""

from collections.abc import Iterator
from typing import Any

from strata.documents.layers import ALL_LAYERS, layer_of
from strata.plan_file.changes import Change, Plan
from strata.review.ranks.reason import Reason
from strata.text.words import listed

ANOTHER = (
    "such a change makes another environment: destroy this one and apply it anew, or make the "
    "other one beside it"
)

HOLDING = ("aws_subnet", "aws_security_group")
"""Resource types that AWS keeps while anything is in them."""

ALWAYS_USED = 2
"""Number of zones at the beginning of the list that cannot be emptied."""

PROTECTED = {
    "aws_db_instance": ("deletion_protection", "database.deletion_protection = false"),
    "aws_lb": ("enable_deletion_protection", "edge.deletion_protection = false"),
}
"""Resource type -> the attribute that protects it from deletion, and the setting that lifts it."""

FULL = {
    "aws_ecr_repository": ("force_delete", "images", "registry.force_delete = true"),
    "aws_s3_bucket": ("force_destroy", "objects", "edge.deletion_protection = false"),
}
"""Resource type -> the attribute without which AWS refuses to delete it while it has content, what
that content is, and the setting that lifts it."""

PARAMETERS = {
    "aws_db_parameter_group": "database.apply_immediately",
    "aws_elasticache_parameter_group": "cache.apply_immediately",
}
"""Parameter groups, which AWS keeps while a store uses them -> the setting by which it stops at
once and not in its maintenance window."""

AUTH = "aws_secretsmanager_secret.cache_auth_token"
REDIS = "aws_elasticache_replication_group.cache_replication_group"
ANEW = f"make it anew, empty: `terraform taint {REDIS}` in the layer's folder, and plan again"


def refused(change: Change, plan: Plan) -> Iterator[Reason]:
    """Why AWS would refuse the change."""
    if change.actions == ("update",):
        yield from _backwards(change)
        yield from _tls(change)
    if not change.destroys:
        return
    yield from _moves_out(change, plan)
    yield from _in_use(change, plan)
    yield from _protected(change)
    yield from _full(change)
    yield from _parameters(change, plan)
    yield from _tainted(change)
    yield from _auth(change, plan)


def _backwards(change: Change) -> Iterator[Reason]:
    """What RDS only lets grow (RDS User Guide: upgrading MySQL, working with storage)."""
    if change.type != "aws_db_instance":
        return
    before, after = change.before or {}, change.settled
    old, new = (_version(body.get("engine_version")) for body in (before, after))
    # `8.4` stands for whichever patch is there.
    if new[: len(old)] < old[: len(new)]:
        yield Reason(
            "refused",
            f"RDS goes back to no earlier version: keep database.engine_version at "
            f"{before['engine_version']} or later",
            ("engine_version",),
        )
    old_size, new_size = (body.get("allocated_storage") or 0 for body in (before, after))
    if new_size < old_size:
        yield Reason(
            "refused",
            f"RDS takes no storage away: keep database.storage_gib at {old_size} or more",
            ("allocated_storage",),
        )


def _tls(change: Change) -> Iterator[Reason]:
    """ElastiCache needs `preferred` in between, and refuses that for a Redis with AUTH."""
    if change.address == REDIS and "transit_encryption_enabled" in change.changed:
        yield Reason(
            "refused",
            f"ElastiCache cannot turn TLS on or off in one step; {ANEW}",
            ("transit_encryption_enabled",),
        )


def _moves_out(change: Change, plan: Plan) -> Iterator[Reason]:
    """An environment that leaves its VPC for another one, by network.existing."""
    stays = any(layer_of(address) not in ("", "network") for address in plan.kept_addresses)
    gone = change.type == "aws_vpc" and change.actions == ("delete",)
    if stays and (gone or (change.type == "aws_security_group" and "vpc_id" in change.forcing)):
        yield Reason(
            "refused",
            f"the environment leaves its VPC, and what stays is still in it (network.existing); "
            f"{ANOTHER}",
            change.forcing,
        )


def _in_use(change: Change, plan: Plan) -> Iterator[Reason]:
    """Resources of later layers that still use what is deleted; they change in the same plan."""
    name = (change.before or {}).get("id")
    if change.type not in HOLDING or not name:
        return
    order = list(ALL_LAYERS)
    users = [
        user.address
        for user in plan.changes
        if user.layer and order.index(user.layer) > order.index(change.layer)
        if _holds(user.before, name)
    ]
    if users:
        why = f"it is deleted before {listed(users)} can stop using it; {_way(change, plan)}"
        yield Reason("refused", why, change.forcing)


def _way(change: Change, plan: Plan) -> str:
    """What to do instead of deleting what others use."""
    with_vpc = any(other.type == "aws_vpc" and other.destroys for other in plan.changes)
    if change.type != "aws_subnet" or with_vpc:
        return ANOTHER
    place = change.address.rpartition("_")[2]
    if place.isdecimal() and int(place) < ALWAYS_USED:
        return f"the first {ALWAYS_USED} zones and their ranges stay as they are; {ANOTHER}"
    return "list its zone in network.emptied_zones and apply that first"


def _protected(change: Change) -> Iterator[Reason]:
    attribute, setting = PROTECTED.get(change.type, ("", ""))
    if (change.before or {}).get(attribute):
        setting = lifting(change.address, f"{attribute} = false", setting)
        why = f"it is protected from deletion; set {setting} and apply that first"
        yield Reason("refused", why, change.forcing)


def _full(change: Change) -> Iterator[Reason]:
    attribute, content, setting = FULL.get(change.type, ("", "", ""))
    if attribute and change.before and not change.before.get(attribute):
        setting = lifting(change.address, f"{attribute} = true", setting)
        why = f"AWS deletes none with {content} in it; set {setting} and apply that first"
        yield Reason("refused", why, change.forcing)


def lifting(address: str, argument: str, setting: str) -> str:
    """What lifts a protection: the setting, or the argument in the code of a team's own layer."""
    return f"{argument} in modules/own.py" if layer_of(address) == "own" else setting


def _parameters(change: Change, plan: Plan) -> Iterator[Reason]:
    """A store that changes its group in its maintenance window uses this one until then.

    RDS changes to another group of the same family at once (RDS, ModifyDBInstance).
    """
    before = change.before or {}
    name, family = before.get("name"), before.get("family")
    if change.type not in PARAMETERS or not name:
        return
    if change.type == "aws_db_parameter_group" and (change.after or {}).get("family") == family:
        return
    for other in plan.changes:
        uses = (other.before or {}).get("parameter_group_name") == name
        if uses and other.actions == ("update",) and not other.settled.get("apply_immediately"):
            why = (
                f"{other.address} uses it until its maintenance window; set "
                f"{PARAMETERS[change.type]} = true with this change"
            )
            yield Reason("refused", why, change.forcing)


def _tainted(change: Change) -> Iterator[Reason]:
    """ElastiCache's group has no name prefix in the provider: a second would have the same name."""
    before, after = ((body or {}).get("name") for body in (change.before, change.after))
    if change.type in PARAMETERS and change.actions == ("create", "delete") and before == after:
        why = "a second one with its name cannot be created beside it"
        if change.tainted:
            why += (
                "; it was marked when a run was cut off: keep it with "
                f"`terraform untaint {change.address}` in the layer's folder"
            )
        yield Reason("refused", why, change.forcing)


def _auth(change: Change, plan: Plan) -> Iterator[Reason]:
    """AUTH can be rotated, and left for user groups only (ElastiCache, ModifyReplicationGroup)."""
    made_anew = any(other.address == REDIS and other.destroys for other in plan.changes)
    if change.address == AUTH and change.actions == ("delete",) and not made_anew:
        yield Reason(
            "refused",
            "AWS cannot remove AUTH from a Redis that has it: it would still require the deleted "
            f"token; keep cache.auth, or {ANEW}",
        )


def _version(text: Any) -> tuple[int, ...]:
    """`8.4.3` as numbers; empty for a text that is not a version."""
    parts = str(text or "").split(".")
    return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()


def _holds(value: Any, name: str) -> bool:
    if isinstance(value, dict):
        return any(_holds(item, name) for item in value.values())
    if isinstance(value, list):
        return any(_holds(item, name) for item in value)
    return bool(value == name)
