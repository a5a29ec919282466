"""The analysis by intervals and the walk of single packets say the same, whatever the network."""

from ipaddress import ip_address

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from strata.reach.checks import Address, acl_check
from strata.reach.evaluate import Analysis
from strata.reach.intervals import Intervals
from strata.reach.model import Acl, AclRule, Network, RouteTable, Subnet
from tests.drawn import drawn
from tests.reach.networks import EDGES, nat_networks, random_networks, random_rules
from tests.reach.packets import OUTSIDE, reach

ENDS = st.sampled_from(
    [
        ("internet", "one"),
        ("one", "internet"),
        ("one", "internet"),
        ("one", "two"),
        ("two", "one"),
        ("one", "one"),
    ]
)


SLOW = {
    "deadline": None,
    "derandomize": True,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}


def agree(network: Network, ends: tuple[str, str], protocol: str) -> None:
    """Both say the same of every port, and the packets that are shown do what they should."""
    source, target = (network.endpoint(name) for name in ends)
    assert source
    assert target
    found = Analysis(network).verdict(*ends, protocol=protocol)
    for port in EDGES:
        always, ever = reach(network, source, target, protocol, port)
        assert (port in found.always, port in found.ever) == (always, ever), port
    if found.always:
        assert found.through
        assert all(step.passes for step in found.through.steps)
    assert bool(found.stopped) == (not found.open)
    if found.stopped:
        *before, last = found.stopped.steps
        assert all(step.passes for step in before)
        assert not last.passes


@settings(max_examples=drawn(120), **SLOW)  # type: ignore[arg-type]
@given(network=random_networks(), ends=ENDS, protocol=st.sampled_from(["tcp", "udp"]))
def test_intervals_say_what_single_packets_find(
    network: Network, ends: tuple[str, str], protocol: str
) -> None:
    agree(network, ends, protocol)


@settings(max_examples=drawn(200), **SLOW)  # type: ignore[arg-type]
@given(network=nat_networks())
def test_through_a_nat_gateway_they_do_too(network: Network) -> None:
    agree(network, ("one", "internet"), "tcp")


@settings(deadline=None, derandomize=True, max_examples=drawn(300))
@given(
    rules=random_rules("in"),
    protocol=st.sampled_from(["tcp", "udp"]),
    peer=st.sampled_from([*OUTSIDE, *map(ip_address, ("10.0.0.4", "10.0.0.12", "2001:db8::4"))]),
)
def test_the_first_rule_that_matches_decides(
    rules: tuple[AclRule, ...], protocol: str, peer: Address
) -> None:
    subnet = Subnet("subnet", (), RouteTable("table", ()), Acl("acl", rules, ()))
    check = acl_check("there", "port", subnet, egress=False, protocol=protocol, peer=peer)
    for port in EDGES:
        decides = [
            rule.allow
            for rule in rules
            if rule.protocol in ("-1", protocol) and port in rule.ports and peer in rule.range
        ]
        assert (port in check.always) == (decides[:1] == [True])
        assert check.step(port).passes == (port in check.always)


spans = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=4)


@given(one=spans, other=spans)
def test_intervals_are_sets_of_numbers(
    one: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    def numbers(found: list[tuple[int, int]]) -> set[int]:
        return {number for low, high in found for number in range(low, high + 1)}

    mine, theirs = Intervals.of(*one), Intervals.of(*other)
    for got, wanted in (
        (mine, numbers(one)),
        (mine & theirs, numbers(one) & numbers(other)),
        (mine | theirs, numbers(one) | numbers(other)),
        (mine - theirs, numbers(one) - numbers(other)),
    ):
        assert numbers(list(got.pairs)) == wanted
        assert got == Intervals.of(*((number, number) for number in wanted))
        assert {number for number in range(-1, 14) if number in got} == wanted
