"""Route 53: every zone has the same name servers, so that no registrar could tell two apart.

A zone gets four of its own (Route 53 Developer Guide, How Amazon Route 53 answers).
"""

import secrets
from typing import Any

from moto.route53.models import DelegationSet

make = DelegationSet.__init__
ENDINGS = ("com", "net", "org", "co.uk")
SERVERS = 2048


def _make(self: Any, caller_reference: str, name_servers: Any, delegation_set_id: Any) -> None:
    own = [
        f"ns-{secrets.randbelow(SERVERS)}.awsdns-{secrets.randbelow(64):02}.{one}"
        for one in ENDINGS
    ]
    make(self, caller_reference, name_servers or own, delegation_set_id)


def fill() -> None:
    """Give each zone name servers of its own."""
    DelegationSet.__init__ = _make
