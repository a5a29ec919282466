"""The analysis by intervals and the walk of single packets say the same, whatever the network."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from strata.reach.evaluate import Analysis
from strata.reach.intervals import Intervals
from strata.reach.model import Network
from tests.reach.networks import EDGES, random_networks
from tests.reach.packets import reach

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


@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(network=random_networks(), ends=ENDS, protocol=st.sampled_from(["tcp", "udp"]))
def test_intervals_say_what_single_packets_find(
    network: Network, ends: tuple[str, str], protocol: str
) -> None:
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
