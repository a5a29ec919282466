"""The analysis by intervals and the walk of single packets say the same, whatever the network."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from strata.reach.evaluate import Analysis
from strata.reach.model import Network
from tests.reach.networks import EDGES, random_networks
from tests.reach.packets import reach

ENDS = st.sampled_from(
    [("internet", "one"), ("one", "internet"), ("one", "two"), ("two", "one"), ("one", "one")]
)


@settings(
    max_examples=120,
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
