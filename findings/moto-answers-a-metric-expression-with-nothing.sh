#!/usr/bin/env bash
# moto 5.2.5 with boto3 1.43.117, Python 3.11, 2026-11-29.
# moto keeps the values that are put to CloudWatch, and answers GetMetricStatistics and GetMetricData from them. What it cannot compute is expected to be an error. An expression (`a * 2`, FILL, IF) has the status Complete and
# no values, as a metric without data has; a percentile is a data point without a number, and a TypeError within moto from the other operation. A metric that was put in seconds and in milliseconds is one metric: 4 s and
# 4,000 ms have the average 2,002 ms, where CloudWatch gives a data point for each unit (its own documentation, read here).
# An alarm is OK as soon as it is there; on AWS it is INSUFFICIENT_DATA until it was evaluated.
# Code that scales or reports by an error rate, errors / requests, so runs in its test on "no data", the branch that does nothing, and a wait until an alarm has left INSUFFICIENT_DATA is over before it began.
# Seen: Complete and [] for the three expressions beside 8.0 for the metric; {"Unit"} alone for p99; 2002.0 Milliseconds; OK.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check moto==5.2.5 boto3==1.43.117 botocore==1.43.117
cat > "$folder/seen.py" <<'END_OF'
from datetime import UTC, datetime, timedelta

import boto3
from botocore.loaders import Loader
from moto import mock_aws

operations = Loader().load_service_model("cloudwatch", "service-2")
asked = operations["shapes"]["GetMetricStatisticsInput"]["members"]["Unit"]["documentation"]
made = operations["operations"]["PutMetricAlarm"]["documentation"]
assert "all data that was collected with any unit is returned, along with the corresponding units" in asked
assert "<code>INSUFFICIENT_DATA</code>" in made


@mock_aws
def seen():
    cloudwatch = boto3.client("cloudwatch")
    cloudwatch.put_metric_data(Namespace="shop", MetricData=[{"MetricName": "Errors", "Value": value} for value in (3, 5)])
    latency = [{"MetricName": "Latency", "Value": 4, "Unit": "Seconds"}, {"MetricName": "Latency", "Value": 4000, "Unit": "Milliseconds"}]
    cloudwatch.put_metric_data(Namespace="shop", MetricData=latency)
    now = datetime.now(UTC)
    times = {"StartTime": now - timedelta(minutes=5), "EndTime": now + timedelta(minutes=1)}
    errors = {"Metric": {"Namespace": "shop", "MetricName": "Errors"}, "Period": 300, "Stat": "Sum"}
    queries = [{"Id": "a", "MetricStat": errors}]
    for number, expression in enumerate(["a * 2", "FILL(a, 0)", "IF(a > 1, 1, 0)"]):
        queries.append({"Id": f"e{number}", "Expression": expression})
    results = cloudwatch.get_metric_data(MetricDataQueries=queries, **times)["MetricDataResults"]
    of_latency = {"Namespace": "shop", "MetricName": "Latency", "Period": 300, **times}
    average = cloudwatch.get_metric_statistics(Statistics=["Average"], **of_latency)["Datapoints"]
    percentile = cloudwatch.get_metric_statistics(ExtendedStatistics=["p99"], **of_latency)["Datapoints"]
    p99 = {"Id": "p", "MetricStat": {**errors, "Stat": "p99"}}
    try:
        failed = cloudwatch.get_metric_data(MetricDataQueries=[p99], **times)
    except TypeError as error:
        failed = type(error).__name__
    cloudwatch.put_metric_alarm(
        AlarmName="errors", Namespace="shop", MetricName="Errors", Statistic="Sum", Period=60, EvaluationPeriods=1, Threshold=1,
        ComparisonOperator="GreaterThanThreshold")
    [alarm] = cloudwatch.describe_alarms()["MetricAlarms"]
    return {
        "results": [(result["Id"], result["StatusCode"], result["Values"]) for result in results],
        "average": [(point["Average"], point["Unit"]) for point in average],
        "percentile": [sorted(set(point) - {"Timestamp"}) for point in percentile], "p99": failed, "alarm": alarm["StateValue"]}


answered = seen()
print(answered)
assert answered == {
    "results": [("a", "Complete", [8.0]), ("e0", "Complete", []), ("e1", "Complete", []), ("e2", "Complete", [])],
    "average": [(2002.0, "Milliseconds")], "percentile": [["Unit"]], "p99": "TypeError", "alarm": "OK"}
END_OF
AWS_ACCESS_KEY_ID=one AWS_SECRET_ACCESS_KEY=two AWS_DEFAULT_REGION=eu-central-1 "$folder/venv/bin/python" -W ignore "$folder/seen.py"
