"""What AWS would refuse, and Terraform and the emulator would do.

A layer is applied before those that read its outputs. What it deletes is deleted while they still
hold it; AWS refuses that after minutes of asking, and the layer stays half done.
"""

from collections.abc import Iterator
from typing import Any

from strata.layers import LAYERS
from strata.plan.changes import Change, Plan
from strata.plan.ranks.reason import Reason

WAYS = {
    "aws_subnet": "list its zone in network.emptied_zones and apply that first",
    "aws_security_group": "such a change makes another environment: destroy this one and apply it "
    "anew, or make the other one beside it",
}
"""Resource type that AWS keeps while anything is in it -> what to do in place of it."""

PROTECTED = {
    "aws_db_instance": ("deletion_protection", "database.deletion_protection = false"),
    "aws_lb": ("enable_deletion_protection", "edge.deletion_protection = false"),
}
"""Resource type -> the attribute that protects it from deletion, and the setting that lifts it."""

PARAMETERS = {
    "aws_db_parameter_group": "database.apply_immediately",
    "aws_elasticache_parameter_group": "cache.apply_immediately",
}
"""Parameter groups, which AWS keeps while a store uses them -> the setting by which it stops at
once and not in its maintenance window."""

AUTH = "aws_secretsmanager_secret.cache_auth_token"
REDIS = "aws_elasticache_replication_group.cache_replication_group"


def refused(change: Change, plan: Plan) -> Iterator[Reason]:
    """Why AWS would not do as the change says."""
    if not change.destroys:
        return
    yield from _held(change, plan)
    yield from _protected(change)
    yield from _parameters(change, plan)
    yield from _tainted(change)
    yield from _auth(change, plan)


def _held(change: Change, plan: Plan) -> Iterator[Reason]:
    """Who would not have let go yet of what is deleted; whatever holds it changes with it."""
    name = (change.before or {}).get("id")
    if change.type not in WAYS or not name:
        return
    order = list(LAYERS)
    users = [
        other.address
        for other in plan.changes
        if other.layer and order.index(other.layer) > order.index(change.layer)
        if _holds(other.before, name)
    ]
    if users:
        why = f"it is deleted before {_listed(users)} can let go of it; {WAYS[change.type]}"
        yield Reason("refused", why, change.forcing)


def _protected(change: Change) -> Iterator[Reason]:
    attribute, setting = PROTECTED.get(change.type, ("", ""))
    if (change.before or {}).get(attribute):
        why = f"it is protected from deletion; set {setting} and apply that first"
        yield Reason("refused", why, change.forcing)


def _parameters(change: Change, plan: Plan) -> Iterator[Reason]:
    """A store that turns to another group in its window uses this one until then."""
    name = (change.before or {}).get("name")
    if change.type not in PARAMETERS or not name:
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
    """ElastiCache's group has no name prefix in the provider: a second one has the same name."""
    before, after = ((one or {}).get("name") for one in (change.before, change.after))
    if change.type in PARAMETERS and change.actions == ("create", "delete") and before == after:
        yield Reason(
            "refused",
            f"another one of its name cannot be made beside it; it was marked when a run was cut "
            f"off: keep it with `terraform untaint {change.address}` in the layer's folder",
        )


def _auth(change: Change, plan: Plan) -> Iterator[Reason]:
    """AUTH can be rotated, and left for user groups only (ElastiCache, ModifyReplicationGroup)."""
    made_anew = any(other.address == REDIS and other.destroys for other in plan.changes)
    if change.address == AUTH and change.actions == ("delete",) and not made_anew:
        yield Reason(
            "refused",
            "AWS takes AUTH off no Redis that has it: it would go on asking for a token that is "
            "gone; keep cache.auth",
        )


def _holds(value: Any, name: str) -> bool:
    if isinstance(value, dict):
        return any(_holds(one, name) for one in value.values())
    if isinstance(value, list):
        return any(_holds(one, name) for one in value)
    return bool(value == name)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
