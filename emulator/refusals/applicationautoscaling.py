"""What Application Auto Scaling refuses."""

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
