"""Flow logs: of all traffic."""

from policies.explanations import explain
from policies.policy import Policy, value

explain(
    "STRATA_FLOW_1", "medium",
    "Flow logs show half of the traffic: only what was accepted, or only what was refused",
    "traffic_type = ALL",
    "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html",
)  # fmt: skip
Policy("STRATA_FLOW_1", "Flow logs have all traffic", ["aws_flow_log"],
       lambda conf: value(conf, "traffic_type") == "ALL")  # fmt: skip
