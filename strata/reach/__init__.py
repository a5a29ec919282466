"""Who can reach what: routes, network ACLs and security groups, evaluated as AWS evaluates them.

`from_stack` gives the network of a composed stack; `endpoints`, `open_flows` and `explain` answer
questions about it. All of it is pure.
"""

from strata.reach.checks import Step
from strata.reach.evaluate import Flow, Trace, Verdict, endpoints, explain, open_flows
from strata.reach.from_stack import from_stack
from strata.reach.model import Endpoint, Network

__all__ = [
    "Endpoint",
    "Flow",
    "Network",
    "Step",
    "Trace",
    "Verdict",
    "endpoints",
    "explain",
    "from_stack",
    "open_flows",
]
