"""CloudWatch Logs refuses names and days."""

import pytest

from tests.emulator.refusals.world import Aws, name, refuses

pytestmark = pytest.mark.emulator


def test_days_that_are_not_in_the_list(aws: Aws) -> None:
    logs, group = aws("logs"), name("group")
    logs.create_log_group(logGroupName=group)
    with refuses("InvalidParameterException", "Value '2' at 'retentionInDays'"):
        logs.put_retention_policy(logGroupName=group, retentionInDays=2)
    logs.put_retention_policy(logGroupName=group, retentionInDays=3)


def test_name_of_aws(aws: Aws) -> None:
    with refuses("InvalidParameterException", "are reserved for AWS."):
        aws("logs").create_log_group(logGroupName="aws/shop")
