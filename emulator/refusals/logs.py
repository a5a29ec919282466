"""What Amazon CloudWatch Logs refuses."""

from emulator.calls import Call
from emulator.refusals.table import Table

TABLE = Table("logs")
RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
)  # fmt: skip
"""Days that PutRetentionPolicy takes (botocore 1.44.5, retentionInDays)."""


@TABLE.row(
    "PutRetentionPolicy",
    code="InvalidParameterException",
    source="botocore 1.44.5, PutRetentionPolicy retentionInDays",
)
def days_that_are_not_in_the_list(call: Call) -> str | None:
    days = call.get("retentionInDays")
    if days in RETENTION_DAYS:
        return None
    return (
        f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy "
        f"constraint: Member must satisfy enum value set: {list(RETENTION_DAYS)}"
    )


@TABLE.row(
    "CreateLogGroup",
    code="InvalidParameterException",
    source="CloudWatch Logs API Reference, CreateLogGroup: names that begin with aws/, 2026-11",
)
def name_of_aws(call: Call) -> str | None:
    if call.get("logGroupName", "").lower().startswith("aws/"):
        return "Log groups starting with AWS/ are reserved for AWS."
    return None
