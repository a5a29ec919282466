"""What Amazon CloudWatch refuses."""

from emulator.calls import Call
from emulator.refusals.table import Table

TABLE = Table("cloudwatch")


@TABLE.row(
    "PutMetricAlarm",
    code="ValidationError",
    source="cds-snc/notification-terraform PR 128, 2021-01-06",
)
def action_in_another_region(call: Call) -> str | None:
    lists = ("AlarmActions", "OKActions", "InsufficientDataActions")
    for arn in (arn for name in lists for arn in call.get(name, ())):
        region = arn.split(":")[3] if arn.startswith("arn:aws:sns:") else call.region
        if region != call.region:
            return f"Invalid region {region} specified. Only {call.region} is supported."
    return None
