"""The rank of each change: what cannot be done, is lost, opens up, goes down, and the rest.

Pure: takes a plan and the composed stack it was made from, and returns reasons. A change has a
reason for each rank that applies to it; it is listed with the rest only when none does.
"""

from collections.abc import Mapping

from strata.documents.stacks import Stack
from strata.plan_file.changes import Change, Plan
from strata.review.ranks.down import down
from strata.review.ranks.lost import lost
from strata.review.ranks.network import Network
from strata.review.ranks.opens import opens
from strata.review.ranks.reason import Rank, Reason
from strata.review.ranks.refused import refused
from strata.review.ranks.rest import rest

__all__ = ["RANKS", "TITLES", "Network", "Rank", "Reason", "ranked", "reasons"]

TITLES: Mapping[Rank, str] = {
    "refused": "What AWS would refuse",
    "lost": "What can be lost",
    "opens": "What opens up",
    "down": "What goes down for a while",
    "else": "What else changes",
    "created": "What is created",
}
"""The title of each rank, in the order a reviewer asks, once it can be applied at all."""

RANKS: tuple[Rank, ...] = tuple(TITLES)


def reasons(change: Change, plan: Plan, stack: Stack) -> list[Reason]:
    """Why a change has its ranks, in their order; at least one."""
    return ranked(change, Network(plan, stack))


def ranked(change: Change, network: Network) -> list[Reason]:
    """The same, with a network that is computed once for all changes of a plan."""
    reasons_found = [
        *refused(change, network.plan),
        *lost(change, network),
        *opens(change, network),
        *down(change, network),
    ]
    return list(dict.fromkeys(reasons_found)) or [rest(change)]
