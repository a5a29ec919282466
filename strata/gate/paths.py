"""The table of paths, compared with the composed stack of each environment that is judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from strata.documents.stacks import stack
from strata.errors import StrataError
from strata.gate.documents import Environment, Unjudgeable
from strata.gate.scan import Failure
from strata.reach import from_stack
from strata.reach.table import PATH_CHECKS, Row, table
from strata.settings.models import Settings
from strata.text.words import counted

LIVE = "strata reach ENV --live"
"""What reads a network, where nobody knows the settings."""


@dataclass(frozen=True)
class Paths:
    """The paths that are not open or shut as they must be, and what nobody here can judge."""

    failures: list[Failure]
    not_judged: list[str]


def judged_paths(environments: Sequence[Environment], settings: Mapping[str, Settings]) -> Paths:
    """The paths of all environments; `settings` have the user's own paths."""
    result = Paths([], [])
    for environment in environments:
        rows = _rows(environment, settings)
        result.failures.extend(_failure(environment, row) for row in rows if not row.met)
        unknown = [row for row in rows if row.expectation.open and row.verdict.state == "unknown"]
        foreign = next((row.verdict.foreign for row in rows), "")
        if foreign:
            of_user = settings.get(environment.name)
            reads = of_user.environment.command("reach", "--live") if of_user else LIVE
            result.not_judged.append(
                f"{environment.name}: its network, {foreign}, is not Strata's: routes, network "
                "ACLs, flow logs and the default security group were not judged, and "
                f"{counted(len(unknown), 'path')} that must be open may be shut ({reads} reads "
                "them)"
            )
    return result


def _rows(environment: Environment, settings: Mapping[str, Settings]) -> list[Row]:
    of_user = settings.get(environment.name)
    own, ways_out = (of_user.reach, of_user.service.egress) if of_user else ((), ())
    connected = bool(of_user and of_user.connected)
    try:
        network = from_stack(stack(environment.resolved))
        return table(network, own, ways_out, connected=connected)
    except StrataError as error:
        raise Unjudgeable(f"{environment.path}: {error.message}") from error


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
