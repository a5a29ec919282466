"""What an account on the free plan, or one with the quotas of a new one, is refused."""

from emulator import account
from emulator.calls import Call

FREE_TYPES = ("t3.micro", "t3.small", "t4g.micro", "t4g.small", "c7i-flex.large", "m7i-flex.large")
"""What can be launched on the free plan (RhinoSecurityLabs/cloudgoat issue 375, 2026)."""
FREE_BACKUP_DAYS = 1
"""Days that RDS takes on the free plan: 35 are refused (yc-software/qm issue 352); that 7 are is
believed."""
NEW_VPCS = 5
NEW_ADDRESSES = 5
"""Of each region (VPC User Guide, Amazon VPC quotas)."""


def free() -> bool:
    """Whether the account is on the free plan."""
    return account.current().plan == "free"


def new() -> bool:
    """Whether the account has the quotas of a new one."""
    return account.current().quotas == "new"


def type_that_is_not_free(kind: str | None) -> str | None:
    """The words that refuse an instance type on the free plan."""
    if free() and kind and kind not in FREE_TYPES:
        return (
            "The specified instance type is not eligible for Free Tier. For a list of Free Tier "
            "instance types, run 'describe-instance-types' with the filter 'free-tier-eligible=true'."
        )
    return None


def database_that_is_not_free(call: Call) -> str | None:
    """The words that refuse a database's class or backups on the free plan."""
    if not free():
        return None
    if call.get("BackupRetentionPeriod", 0) > FREE_BACKUP_DAYS:
        return (
            "The specified backup retention period exceeds the maximum available to free tier "
            "customers. To remove all limitations, upgrade your account plan."
        )
    if not call.get("DBInstanceClass", ".micro").endswith(".micro"):
        return "This instance size isn't available with free plan accounts."
    return None
