"""What somebody added by hand below our resources, and no state has. Only reads.

A rule of a listener, a record in a zone, a policy of a repository: AWS keeps them as objects of
their own, and no attribute of our resources shows them, so no plan does. They are listed with one
read of their parent. What a service creates there itself does not count.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from strata.aws.errors import explain
from strata.aws.session import session as aws_session
from strata.documents import Json
from strata.documents.layers import layer_of
from strata.drift.below import (
    cluster,
    database,
    edge,
    network,
    registry,
    service,
    state_bucket,
)
from strata.drift.below.model import Below, Child, StateResources
from strata.drift.inventory import denied
from strata.drift.report import Added, Stranger
from strata.settings.models import Environment
from strata.state.client import s3_client

BELOW = (
    *network.BELOW,
    *registry.BELOW,
    *database.BELOW,
    *cluster.BELOW,
    *edge.BELOW,
    *service.BELOW,
    *state_bucket.BELOW,
)


def children(
    environment: Environment, resources: Sequence[tuple[str, Json]]
) -> tuple[list[Added], list[str]]:
    """What exists below `resources`, which are (address, values), and below the state bucket, and
    is not one of them.

    The second list names what could not be read for lack of permissions. Raises StrataError for
    other failures.
    """
    bucket = {"bucket": environment.state_bucket, "command": environment.command("bootstrap")}
    ours = StateResources([*resources, (state_bucket.STATE_BUCKET, bucket)])
    work = [
        (below, address, values) for below in BELOW for address, values in ours.of(below.parent)
    ]
    clients = _clients(environment, [below for below, _, _ in work])
    with ThreadPoolExecutor(8) as pool:
        children_of = list(
            pool.map(
                _ask, [partial(below.look, clients, values, ours) for below, _, values in work]
            )
        )
    added: list[Added] = []
    unchecked: list[str] = []
    for (below, address, _), listed in zip(work, children_of, strict=True):
        if listed is None:
            unchecked.append(f"{below.what} of {address} ({below.action})")
            continue
        added += [
            Added(
                layer=layer_of(address),
                address=address,
                kind=child.kind,
                name=child.name,
                identifier=child.identifier,
                does=child.does,
                delete=child.delete,
            )
            for child in listed
        ]
    return sorted(added, key=lambda child: (child.address, child.kind, child.name)), unchecked


def without_duplicates(
    added: Sequence[Added], strangers: Sequence[Stranger]
) -> tuple[list[Added], list[Stranger]]:
    """Both lists without duplicates: a tagged listener, say, is on both.

    A resource that the code has and no state does stays a stranger, since that list says how to
    import it.
    """
    importable = {stranger.identifier for stranger in strangers if stranger.address}
    remaining = [
        child for child in added if child.identifier not in importable or not child.identifier
    ]
    identifiers = {child.identifier for child in remaining} - {""}
    return remaining, [stranger for stranger in strangers if stranger.identifier not in identifiers]


def _clients(environment: Environment, work: Sequence[Below]) -> dict[str, Any]:
    session = aws_session(environment)
    # In this thread: a session must not create two clients at once.
    names = {name for below in work for name in (below.client, *below.others)}
    make: Any = session.client
    return {name: s3_client(environment) if name == "s3" else make(name) for name in sorted(names)}


def _ask(look: Callable[[], Iterator[Child]]) -> list[Child] | None:
    try:
        return list(look())
    except ClientError as error:
        if denied(error):
            return None
        if re.search("NotFound|NoSuch|DoesNotExist", error.response["Error"]["Code"]):
            # There are none, or the parent was deleted meanwhile, as the plan will say.
            return []
        raise explain(error) from error
    except BotoCoreError as error:
        raise explain(error) from error
