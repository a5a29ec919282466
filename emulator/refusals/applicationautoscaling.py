"""What Application Auto Scaling refuses."""

import re
from typing import Any

from emulator.calls import Call
from emulator.refusals.table import Table

TABLE = Table("application-autoscaling")


@TABLE.row(
    "RegisterScalableTarget",
    code="ValidationException",
    source="Application Auto Scaling API Reference, RegisterScalableTarget, 2026-11: words believed",
)
def most_below_least(call: Call) -> str | None:
    least, most = call.get("MinCapacity"), call.get("MaxCapacity")
    if least is not None and most is not None and most < least:
        return "Maximum capacity cannot be less than minimum capacity"
    return None


@TABLE.row(
    "RegisterScalableTarget",
    code="ValidationException",
    source="hashicorp/terraform-provider-aws, appautoscaling target: retried error, read 2026-11-28",
)
def service_that_is_not_active(call: Call) -> str | None:
    kind, _, rest = call.get("ResourceId", "").partition("/")
    if call.get("ServiceNamespace") != "ecs" or kind != "service":
        return None
    found = call.backend("ecs").services.get(rest.replace("/", ":", 1))
    if found is None or found.status != "ACTIVE":
        return f"ECS service doesn't exist: {call.get('ResourceId')}"
    return None


@TABLE.row(
    "PutScalingPolicy",
    code="ValidationException",
    source="Application Auto Scaling API Reference, TargetTrackingScalingPolicyConfiguration, "
    "CustomizedMetricSpecification, TargetTrackingMetricDataQuery, 2026-11: words believed",
)
def metric_that_is_none(call: Call) -> str | None:
    tracking = call.get("TargetTrackingScalingPolicyConfiguration")
    if tracking is None:
        return None
    custom = tracking.get("CustomizedMetricSpecification")
    if (custom is None) == (tracking.get("PredefinedMetricSpecification") is None):
        return "Exactly one of a predefined and a customized metric specification must be given"
    if custom is None:
        return None
    queries = custom.get("Metrics") or []
    if bool(queries) == bool(custom.get("MetricName")):
        return "A customized metric specification needs either metrics or the name of one"
    return _of_queries(queries) if queries else None


def _of_queries(queries: list[dict[str, Any]]) -> str | None:
    """What is wrong with metrics and expressions, of which one is returned."""
    ids = [query["Id"] for query in queries]
    if len(set(ids)) < len(ids) or not all(re.fullmatch(r"[a-z][A-Za-z0-9_]*", id_) for id_ in ids):
        return "The ids of metrics must be unique and begin with a lower-case letter"
    for query in queries:
        if bool(query.get("Expression")) == bool(query.get("MetricStat")):
            return f"{query['Id']} must have either an expression or a metric"
        words = re.findall(r"\b[a-z][A-Za-z0-9_]*\b", query.get("Expression") or "")
        if unknown := [word for word in words if word not in ids]:
            return f"The expression {query['Id']} names {unknown[0]}, which is no metric"
    if sum(query.get("ReturnData", True) for query in queries) != 1:
        return "Exactly one metric must return data"
    return None
