"""Which hosted zones the world asks, and whether a certificate's records stand in one of them.

The registrar of a domain points at the name servers of the zone of that name when the account says
so (`strata emulator delegate`); a zone further down is found through the NS record of its parent.
"""

import json
from collections.abc import Iterable
from typing import Any

from moto.backends import get_backend

from emulator.account import current, plain

PATH = "/strata-api/dns"


def answer(_: str, body: bytes) -> tuple[str, bytes]:
    """The status and the JSON of a question for the name servers that the world has of a domain."""
    try:
        name = plain(json.loads(body)["name"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        return "400 BAD REQUEST", json.dumps({"message": f"no name: {error}"}).encode()
    zones = [
        zone
        for regions in get_backend("route53").values()
        for backend in regions.values()
        for zone in backend.zones.values()
    ]
    zone = answering(zones).get(name)
    servers = sorted(zone.delegation_set.name_servers) if zone else []
    return "200 OK", json.dumps({"name_servers": servers}).encode()


def answering(zones: Iterable[Any]) -> dict[str, Any]:
    """Name -> the public zone of that name that the world asks."""
    public = [one for one in zones if not one.private_zone]
    found: dict[str, Any] = {}
    for zone in sorted(public, key=lambda one: plain(one.name).count(".")):
        name = plain(zone.name)
        if name in current().delegated or _pointed_at(zone, found):
            # Of two zones of one name the registrar can point at one only: the newer.
            found[name] = zone
    return found


def _pointed_at(zone: Any, above: dict[str, Any]) -> bool:
    """Whether a zone above it names its name servers."""
    name = plain(zone.name)
    servers = {plain(one) for one in zone.delegation_set.name_servers}
    return any(
        record.type == "NS"
        and plain(record.name) == name
        and {plain(one) for one in record.records} <= servers
        for parent, holder in above.items()
        if name.endswith(f".{parent}")
        for record in holder.rrsets
    )


def stands(name: str, value: str, zones: Iterable[Any]) -> bool:
    """Whether the world finds the CNAME record `name` with `value`."""
    asked, wanted = plain(name), plain(value)
    within = [one for one in answering(zones).items() if asked.endswith(f".{one[0]}")]
    if not within:
        return False
    _, zone = max(within, key=lambda one: len(one[0]))
    return any(
        record.type == "CNAME"
        and plain(record.name) == asked
        and wanted in {plain(one) for one in record.records}
        for record in zone.rrsets
    )
