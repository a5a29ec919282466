"""Judges a block once, by the checks that look at one block alone.

What the layers and a plan say of a resource is mostly what the composed stack says. Nothing but the
block decides what comes of these checks.
"""

import json
from collections.abc import Callable
from typing import Any

from strata.documents import Json

JUDGED: dict[str, tuple[Any, ...]] = {}
"""What came of a block in this process, by the block as text."""

MOST = 10_000
"""The most blocks to remember; an environment of ours has about 110."""

Scan = Callable[..., dict[Any, Any]]
"""checkov's function that runs all checks on a block, and gives their results."""


def judged_once(scan: Scan, whole: Callable[[Json], object], outcomes: list[Any]) -> Scan:
    """`scan`, which adds to `outcomes`; of a block that it had before, with what it added then.

    `whole` gives all that a block says, and its address. The results are given the first time.
    """

    def scan_once(file: str, entity: Json, *rest: Any, **named: Any) -> dict[Any, Any]:
        said = json.dumps(whole(entity))
        if said in JUDGED:
            outcomes.extend(JUDGED[said])
            return {}
        before = len(outcomes)
        results = scan(file, entity, *rest, **named)
        if len(JUDGED) < MOST:
            JUDGED[said] = tuple(outcomes[before:])
        return results

    return scan_once
