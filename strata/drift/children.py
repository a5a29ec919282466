"""What hands added below resources of ours, and no state knows. Only reads.

A rule of a listener, a record in a zone, a policy of a repository: AWS keeps them as things of
their own, no attribute of ours shows them, and so no plan does. Each is listed with one read of its
parent. What a service makes there itself is none.
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
from strata.drift.below.model import Below, Child, Ours
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
    environment: Environment, resources: Sequence[tuple[str, Json]], env: str | None = None
) -> tuple[list[Added], list[str]]:
    """What stands below `resources`, which are (address, values), and the state bucket, and is none
    of them. `env` is how the user names the environment.

    The second part says what could not be looked at, since the credentials may not. Raises
    StrataError for what else goes wrong.
    """
    bucket = {"bucket": environment.state_bucket, "environment": env or environment.name}
    ours = Ours([*resources, (state_bucket.STATE_BUCKET, bucket)])
    work = [(one, address, values) for one in BELOW for address, values in ours.of(one.parent)]
    clients = _clients(environment, [one for one, _, _ in work])
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(_ask, [partial(one.look, clients, values, ours) for one, _, values in work])
        )
    found: list[Added] = []
    unchecked: list[str] = []
    for (one, address, _), answer in zip(work, answers, strict=True):
        if answer is None:
            unchecked.append(f"{one.what} of {address} ({one.action})")
            continue
        found += [
            Added(
                layer=layer_of(address),
                address=address,
                kind=child.kind,
                name=child.name,
                identifier=child.identifier,
                does=child.does,
                delete=child.delete,
            )
            for child in answer
        ]
    return sorted(found, key=lambda one: (one.address, one.kind, one.name)), unchecked


def told_once(
    added: Sequence[Added], strangers: Sequence[Stranger]
) -> tuple[list[Added], list[Stranger]]:
    """Both lists without what is on the other: tags make a stranger of a listener too.

    One that the code has and no state does is a stranger, since that list says how it is imported.
    """
    importable = {one.identifier for one in strangers if one.address}
    kept = [one for one in added if one.identifier not in importable or not one.identifier]
    told = {one.identifier for one in kept} - {""}
    return kept, [one for one in strangers if one.identifier not in told]


def _clients(environment: Environment, work: Sequence[Below]) -> dict[str, Any]:
    session = aws_session(environment)
    # In this thread: a session makes no two clients at once.
    names = {name for one in work for name in (one.client, *one.others)}
    make: Any = session.client
    return {name: s3_client(environment) if name == "s3" else make(name) for name in sorted(names)}


def _ask(look: Callable[[], Iterator[Child]]) -> list[Child] | None:
    try:
        return list(look())
    except ClientError as error:
        if denied(error):
            return None
        if re.search("NotFound|NoSuch|DoesNotExist", error.response["Error"]["Code"]):
            # There is none; or the parent went away meanwhile, as the plan will say.
            return []
        raise explain(error) from error
    except BotoCoreError as error:
        raise explain(error) from error
