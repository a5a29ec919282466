"""The table of paths, compared with the composed stack of each environment that is judged."""

from collections.abc import Iterator, Mapping, Sequence

from strata.documents.stacks import stack
from strata.errors import StrataError
from strata.gate.documents import Environment, Unjudgeable
from strata.gate.resolve import resolved
from strata.gate.scan import Failure
from strata.reach import from_stack
from strata.reach.table import PATH_CHECKS, Row, table
from strata.settings.models import Settings


def path_failures(
    environments: Sequence[Environment], settings: Mapping[str, Settings]
) -> Iterator[Failure]:
    """The paths that are not open or shut as they must be; `settings` have the user's own paths."""
    for environment in environments:
        of_user = settings.get(environment.name)
        own, ways_out = (of_user.reach, of_user.service.egress) if of_user else ((), ())
        connected = bool(of_user and of_user.connected)
        try:
            network = from_stack(stack(resolved(environment.composed)))
            rows = table(network, own, ways_out, connected=connected)
        except StrataError as error:
            raise Unjudgeable(f"{environment.path}: {error.message}") from error
        for row in rows:
            if not row.met:
                yield _failure(environment, row)


def _failure(environment: Environment, row: Row) -> Failure:
    expectation, verdict = row.expectation, row.verdict
    rule = row.decides.rule if row.decides else ""
    check = "STRATA_REACH_1" if expectation.open else "STRATA_REACH_2"
    packet = verdict.stopped if expectation.open else verdict.through
    port = f"{verdict.protocol} {packet.port}" if packet else str(verdict.ports)
    state = "open" if packet and packet.port in verdict.always else verdict.state
    return Failure(
        environment.name,
        check,
        environment.construct(rule) if rule else verdict.absent[0],
        rule,
        f"{PATH_CHECKS[check]}: {verdict.source} to {verdict.target}, {port}, is {state}",
        key="" if expectation.own is None else f"reach.{expectation.own}",
    )
