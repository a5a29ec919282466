#!/usr/bin/env bash
# aws-cdk-lib 2.275.0 (PyPI, 2026-11) with constructs 10.7.2 and jsii 1.142.0, Python 3.11, Node 20, 2026-11-29.
# `ScheduleExpression.at(date, time_zone)` makes a schedule of EventBridge Scheduler that runs once. A datetime without a zone is refused, so that it has to be an instant, and with the zone beside it one expects ten o'clock in Berlin to be ten o'clock in
# Berlin. The figures of the instant in UTC go into the expression, and the zone beside it says that they are of Berlin: the schedule runs at nine in winter and at eight in summer. An instant in UTC that says ten, which is eleven in Berlin, is what makes ten.
# The zone of the datetime and the zone of the schedule can be the very same, and nothing warns. A database that is switched over, or a campaign that begins, is so an hour or two early; in New York five hours late.
# Seen: at(2026-12-01T09:00:00), at(2026-07-01T08:00:00) with Europe/Berlin, at(2026-12-01T15:00:00) with America/New_York for ten o'clock there; a TypeError without a zone.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check aws-cdk-lib==2.275.0 constructs==10.7.2 jsii==1.142.0 tzdata
cat > "$folder/seen.py" <<'END_OF'
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import aws_cdk as cdk
from aws_cdk import assertions
from aws_cdk import aws_scheduler as scheduler


def scheduled(when, zone):
    stack = cdk.Stack(cdk.App())
    expression = scheduler.ScheduleExpression.at(when, cdk.TimeZone.of(zone))
    scheduler.CfnSchedule(
        stack,
        "Once",
        flexible_time_window={"mode": "OFF"},
        schedule_expression=expression.expression_string,
        schedule_expression_timezone=expression.time_zone.timezone_name,
        target={"arn": "arn:aws:sqs:eu-central-1:111122223333:jobs", "roleArn": "arn:aws:iam::111122223333:role/scheduler"},
    )
    [made] = assertions.Template.from_stack(stack).find_resources("AWS::Scheduler::Schedule").values()
    seen = made["Properties"]["ScheduleExpression"], made["Properties"]["ScheduleExpressionTimezone"]
    print(when.isoformat(), "in", zone, "-", *seen)
    return seen


def ten(month, zone):
    return scheduled(datetime(2026, month, 1, 10, tzinfo=ZoneInfo(zone)), zone)


assert ten(12, "Europe/Berlin") == ("at(2026-12-01T09:00:00)", "Europe/Berlin")
assert ten(7, "Europe/Berlin") == ("at(2026-07-01T08:00:00)", "Europe/Berlin")
assert ten(12, "America/New_York") == ("at(2026-12-01T15:00:00)", "America/New_York")
assert scheduled(datetime(2026, 12, 1, 10, tzinfo=UTC), "Europe/Berlin") == ("at(2026-12-01T10:00:00)", "Europe/Berlin")
try:
    scheduled(datetime(2026, 12, 1, 10), "Europe/Berlin")
except TypeError as error:
    print(error)
else:
    raise AssertionError("a datetime without a zone is taken")
END_OF
"$folder/venv/bin/python" -W ignore "$folder/seen.py"
