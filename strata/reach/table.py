"""The table of paths that must be open or shut, compared with a network."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from strata.errors import StrataError
from strata.reach.checks import Step
from strata.reach.evaluate import PROTOCOLS, Analysis, Verdict
from strata.reach.intervals import NONE, PORTS, Intervals
from strata.reach.model import AWS_ENDPOINTS, Network
from strata.settings.figures import HOST_PORTS
from strata.settings.models import Egress, Reach

PATH_CHECKS = {
    "STRATA_REACH_1": "A path that must be open",
    "STRATA_REACH_2": "A path that must be shut",
}
"""What the gate calls an expectation that is not met."""

EVALUATED = (
    "evaluated are load balancers, RDS instances, ElastiCache replication groups, and auto scaling "
    "groups whose launch template has one network interface, with the ECS services on them"
)


@dataclass(frozen=True)
class Expectation:
    """A path that must be open, for TCP, or must be shut, for TCP and UDP.

    `own` is the index of the `[[reach]]` that asks for it, None for what Strata asks for.
    """

    source: str
    target: str
    ports: Intervals
    open: bool
    why: str = ""
    own: int | None = None


@dataclass(frozen=True)
class Row:
    """An expectation and its result: the verdict that breaks it, or the one for TCP.

    What must be open and is not known to be counts as met: nothing that Strata makes shuts it. So
    does what the user's own table says is shut, by routes and ACLs that are not Strata's.
    """

    expectation: Expectation
    verdict: Verdict
    met: bool

    @property
    def decides(self) -> Step | None:
        """What decides against an expectation that is not met."""
        if self.met:
            return None
        if self.expectation.open:
            return self.verdict.steps[-1] if self.verdict.steps else None
        steps = self.verdict.through.steps if self.verdict.through else ()
        rules = [step for step in steps if step.way == "there" and step.kind == "security group"]
        return rules[-1] if rules else None


ANYWHERE = "0.0.0.0/0"
HTTP, HTTPS, MYSQL, REDIS = (Intervals(((port, port),)) for port in (80, 443, 3306, 6379))

OURS = (
    Expectation("internet", "load_balancer", HTTP, True, "visitors, HTTP"),
    Expectation("internet", "load_balancer", HTTPS, True, "visitors, HTTPS"),
    Expectation("load_balancer", "tasks", PORTS, True, "every host port"),
    Expectation("tasks", "database", MYSQL, True, "MySQL"),
    Expectation("tasks", "cache", REDIS, True, "Redis"),
    Expectation("tasks", "aws_apis", HTTPS, True, "application calls"),
    Expectation("instances", "aws_apis", HTTPS, True, "ECS, pulls, secrets"),
    Expectation("instances", "internet", HTTPS, True, "package mirrors"),
    Expectation("internet", "load_balancer", PORTS - HTTP - HTTPS, False),
    Expectation("internet", "instances", PORTS, False),
    Expectation("internet", "database", PORTS, False),
    Expectation("internet", "cache", PORTS, False),
    Expectation("load_balancer", "internet", PORTS, False),
    Expectation("load_balancer", "database", PORTS, False),
    Expectation("load_balancer", "cache", PORTS, False),
    Expectation("instances", "internet", PORTS - HTTPS, False),
    Expectation("instances", "instances", PORTS, False),
    Expectation("instances", "database", PORTS - MYSQL, False),
    Expectation("instances", "cache", PORTS - REDIS, False),
    Expectation("database", "internet", PORTS, False),
    Expectation("database", "instances", PORTS, False),
    Expectation("database", "cache", PORTS, False),
    Expectation("cache", "internet", PORTS, False),
    Expectation("cache", "instances", PORTS, False),
    Expectation("cache", "database", PORTS, False),
)
"""What Strata requires of every environment. It does not depend on NAT: the same is open with and
without it. With a fixed host port, `every host port` is that port."""


INSIDE = (
    Expectation("instances", AWS_ENDPOINTS, HTTPS, True, "AWS inside of the VPC"),
    Expectation("tasks", AWS_ENDPOINTS, HTTPS, True, "AWS inside of the VPC"),
    Expectation("internet", AWS_ENDPOINTS, PORTS, False),
    Expectation("load_balancer", AWS_ENDPOINTS, PORTS, False),
    Expectation("instances", AWS_ENDPOINTS, PORTS - HTTPS, False),
    Expectation(AWS_ENDPOINTS, "internet", PORTS, False),
    Expectation(AWS_ENDPOINTS, "instances", PORTS, False),
    Expectation(AWS_ENDPOINTS, "database", PORTS, False),
    Expectation(AWS_ENDPOINTS, "cache", PORTS, False),
)
"""The same of an environment with interface endpoints: their names lead the instances there, so
that nothing of these services works while this path is shut."""


def expectations(
    own: Sequence[Reach] = (), ways_out: Sequence[Egress] = (), *, connected: bool = False
) -> list[Expectation]:
    """All expectations: ours, then the user's.

    Where two are about the same port, a path with a port goes before one without, and the user's
    before ours. A port of `ways_out` need not be shut; it must be open where it leads anywhere. So
    must the host ports of tasks for other tasks, where services are `connected` by name.
    """
    ranked: list[Expectation] = []
    for index, path in sorted(enumerate(own), key=lambda pair: pair[1].port is None):
        ports = PORTS if path.port is None else Intervals(((path.port, path.port),))
        ranked.append(Expectation(path.source, path.target, ports, path.open, "yours", index))
    user_ports: dict[tuple[str, str], Intervals] = {}
    expected: list[Expectation] = []
    for expectation in (*ranked, *_ours(ways_out, connected=connected)):
        ends = (expectation.source, expectation.target)
        if remaining := expectation.ports - user_ports.get(ends, NONE):
            expected.append(replace(expectation, ports=remaining))
        if expectation.own is not None:
            user_ports[ends] = user_ports.get(ends, NONE) | expectation.ports
    return sorted(
        expected, key=lambda expectation: -1 if expectation.own is None else expectation.own
    )


def _ours(ways_out: Sequence[Egress], *, connected: bool) -> Iterator[Expectation]:
    """What Strata requires, with the ways out that the settings add."""
    between = Intervals((HOST_PORTS,)) if connected else NONE
    if connected:
        yield Expectation("tasks", "tasks", between, True, "Service Connect")
    asked = NONE
    for way in ways_out:
        port = Intervals(((way.port, way.port),))
        asked |= port
        if ANYWHERE in way.ranges:
            yield Expectation("instances", "internet", port, True, "service.egress")
    for expectation in OURS:
        out = (expectation.source, expectation.target) == ("instances", "internet")
        if out and not expectation.open:
            yield replace(expectation, ports=expectation.ports - asked)
        elif (expectation.source, expectation.target) == ("instances", "instances"):
            yield replace(expectation, ports=expectation.ports - between)
        else:
            yield expectation


def table(
    network: Network,
    own: Sequence[Reach] = (),
    ways_out: Sequence[Egress] = (),
    *,
    connected: bool = False,
) -> list[Row]:
    """Every expectation compared with the network; raises StrataError if parts of it are unread."""
    refuse_unread(network)
    analysis = Analysis(network)
    endpoint = network.endpoint(AWS_ENDPOINTS)
    # Whom else the endpoints of others let in, and what they reach, is for their team to say.
    inside = [one for one in INSIDE if endpoint and (one.open or not endpoint.theirs)]
    expected = [*expectations(own, ways_out, connected=connected), *inside]
    return [_row(analysis, expectation) for expectation in expected]


def refuse_unread(network: Network) -> None:
    """Raise StrataError for a network with hosts that are not evaluated."""
    if network.unread:
        raise StrataError(
            f"{', '.join(network.unread)}: what it lets in and reaches is not evaluated", EVALUATED
        )


def _row(analysis: Analysis, expectation: Expectation) -> Row:
    if expectation.open:
        verdict = analysis.verdict(expectation.source, expectation.target, expectation.ports)
        return Row(expectation, verdict, verdict.state in ("open", "unknown"))
    verdicts = [
        analysis.verdict(expectation.source, expectation.target, expectation.ports, p)
        for p in PROTOCOLS
    ]
    fine = {"shut", "absent"}
    if expectation.own is not None:
        # What routes and ACLs of others shut is for them to say, not for our security groups.
        fine.add("unknown")
    broken = next((v for v in verdicts if v.state not in fine), None)
    unknown = next((v for v in verdicts if v.state == "unknown"), None)
    return Row(expectation, broken or unknown or verdicts[0], broken is None)
