"""Whether a database requires TLS, by its parameter group, before and after."""

from collections.abc import Iterator
from typing import Any

from strata.documents import Json
from strata.plan_file.changes import Change, any_unknown
from strata.review.ranks.network import Network
from strata.review.ranks.reason import Reason

GROUPS = {
    "aws_db_parameter_group": ("aws_db_instance", "parameter_group_name"),
    "aws_rds_cluster_parameter_group": ("aws_rds_cluster", "db_cluster_parameter_group_name"),
}
"""Type of a parameter group -> type of the database that uses one, and by which attribute."""

ON = ("1", "on", "true", "required")
TLS_ONLY = ("require_secure_transport", "rds.force_ssl")
"""The parameters by which MySQL and PostgreSQL refuse connections without TLS (RDS User Guide)."""
VERSIONS = ("tls_version", "ssl_min_protocol_version")
"""The parameters that name the accepted versions of TLS."""

WORDS = "connections to the database without TLS pass"


def opens(change: Change, network: Network) -> Iterator[Reason]:
    """A parameter group that no longer requires TLS, or a database that changes its group."""
    if change.type in GROUPS:
        yield from _group(change, network)
    for group, (type_, attribute) in GROUPS.items():
        if change.type == type_:
            yield from _database(change, network, group, attribute)


def _group(change: Change, network: Network) -> Iterator[Reason]:
    before = change.before or {}
    if change.after is None:
        if asks_for_tls(before) and not _left_with_tls(change, network):
            yield Reason("opens", f"{WORDS}: the group that asked for it goes")
        return
    after = change.settled
    open_ = any_unknown(change.unknown.get("parameter"))
    if asks_for_tls(before) and not (asks_for_tls(after) and not open_):
        yield Reason("opens", WORDS, ("parameter",))
    for name in VERSIONS:
        was, will = (_versions(_value(body, name)) for body in (before, after))
        more = sorted(will - was)
        # The engine's own default is not known here, and may be older.
        if was and (more or not will):
            versions = ", ".join(more) or "what the engine takes by default"
            yield Reason("opens", f"the database takes {versions} as well", ("parameter",))


def _left_with_tls(change: Change, network: Network) -> bool:
    """Whether every database of a group is deleted, or moves to a group that requires TLS too."""
    type_, attribute = GROUPS[change.type]
    name = (change.before or {}).get("name")
    users = [
        database
        for database, body, _ in network.of(type_, side="before")
        if body.get(attribute) == name
    ]
    return bool(users) and all(
        database.after is None or _asks_after(database, network, change.type, attribute)
        for database in users
    )


def _database(
    change: Change, network: Network, group: str, attribute: str
) -> Iterator[Reason]:  # fmt: skip
    if change.before is None or change.after is None or attribute not in change.changed:
        return
    name = change.before.get(attribute)
    asked_for_tls = any(
        asks_for_tls(body)
        for _, body, _ in network.of(group, side="before")
        if body.get("name") == name
    )
    if asked_for_tls and not _asks_after(change, network, group, attribute):
        yield Reason("opens", f"{WORDS}: its parameter group asks for it no more", (attribute,))


def _asks_after(database: Change, network: Network, group: str, attribute: str) -> bool:
    key = network.key(database, attribute, "after")
    return any(
        asks_for_tls(other.settled)
        for other, body, _ in network.of(group, side="after")
        if key in (other.address, body.get("name"))
    )


def asks_for_tls(body: Json) -> bool:
    """Whether a parameter group refuses connections without TLS."""
    return any(str(_value(body, name) or "").lower() in ON for name in TLS_ONLY)


def _value(body: Json, name: str) -> Any:
    return next(
        (
            parameter.get("value")
            for parameter in body.get("parameter") or []
            if parameter.get("name") == name
        ),
        None,
    )


def _versions(value: Any) -> set[str]:
    return {version.strip() for version in str(value or "").split(",") if version.strip()}
