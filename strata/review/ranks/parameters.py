"""Whether a database asks for TLS: by its parameter group, before and after."""

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
"""The parameters that name the versions of TLS that are taken."""

WORDS = "connections to the database without TLS pass"


def opens(change: Change, network: Network) -> Iterator[Reason]:
    """What a parameter group asks for no more, or a database that turns to another one."""
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
            said = ", ".join(more) or "what the engine takes by default"
            yield Reason("opens", f"the database takes {said} as well", ("parameter",))


def _left_with_tls(change: Change, network: Network) -> bool:
    """Whether every database that used a group goes, or turns to one that asks for TLS as well."""
    type_, attribute = GROUPS[change.type]
    name = (change.before or {}).get("name")
    users = [
        one for one, body, _ in network.of(type_, side="before") if body.get(attribute) == name
    ]
    return bool(users) and all(
        one.after is None or _asks_after(one, network, change.type, attribute) for one in users
    )


def _database(
    change: Change, network: Network, group: str, attribute: str
) -> Iterator[Reason]:  # fmt: skip
    if change.before is None or change.after is None or attribute not in change.changed:
        return
    name = change.before.get(attribute)
    asked = any(
        asks_for_tls(body)
        for _, body, _ in network.of(group, side="before")
        if body.get("name") == name
    )
    if asked and not _asks_after(change, network, group, attribute):
        yield Reason("opens", f"{WORDS}: its parameter group asks for it no more", (attribute,))


def _asks_after(database: Change, network: Network, group: str, attribute: str) -> bool:
    key = network.key(database, attribute, "after")
    return any(
        asks_for_tls(one.settled)
        for one, body, _ in network.of(group, side="after")
        if key in (one.address, body.get("name"))
    )


def asks_for_tls(body: Json) -> bool:
    """Whether a parameter group refuses connections without TLS."""
    return any(str(_value(body, name) or "").lower() in ON for name in TLS_ONLY)


def _value(body: Json, name: str) -> Any:
    return next(
        (one.get("value") for one in body.get("parameter") or [] if one.get("name") == name), None
    )


def _versions(value: Any) -> set[str]:
    return {one.strip() for one in str(value or "").split(",") if one.strip()}
