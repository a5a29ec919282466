#!/usr/bin/env bash
# aws-lambda-powertools 3.37.0 (2026-10) and aws-embedded-metrics 3.5.0 (2026-03), Python 3.11, 2026-11-29.
# Both write CloudWatch's Embedded Metric Format, in which a metric has one unit. Where one name is given two units before a flush, "Latency" in
# seconds here and in milliseconds there, neither says a word: the values stand side by side, under the last unit in Powertools, under
# the first in the other, so 2 seconds are 2 milliseconds or 300 milliseconds are 300 seconds, and an alarm on latency is deaf or rings for
# nothing. In Powertools a dimension with the name of a metric is overwritten by its values, and NaN, as an average over
# nothing, is written as it is, which is no JSON: CloudWatch then takes none of the metrics of that line. The other raises for NaN.
# Seen: Milliseconds with [2, 300] and Seconds with [2, 300]; the dimension Latency is [300]; NaN in the line, InvalidMetricError.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check aws-lambda-powertools==3.37.0 aws-embedded-metrics==3.5.0
AWS_EMF_ENVIRONMENT=Local "$folder/venv/bin/python" -W ignore - <<'END_OF'
import asyncio
import contextlib
import io
import json

from aws_embedded_metrics.exceptions import InvalidMetricError
from aws_embedded_metrics.logger.metrics_logger_factory import create_metrics_logger
from aws_lambda_powertools import Metrics


def powertools(*values, dimension=None):
    metrics = Metrics(namespace="shop", service="web")
    metrics.clear_metrics()
    if dimension:
        metrics.add_dimension(dimension, "high")
    for unit, value in values:
        metrics.add_metric("Latency", unit, value)
    return metrics.serialize_metric_set()


def embedded(*values):
    metrics = create_metrics_logger()
    for unit, value in values:
        metrics.put_metric("Latency", value, unit)
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        asyncio.run(metrics.flush())
    return json.loads(out.getvalue())


def unit(line):
    [metric] = line["_aws"]["CloudWatchMetrics"][0]["Metrics"]
    return metric["Unit"]


two = [("Seconds", 2), ("Milliseconds", 300)]
one, other = powertools(*two), embedded(*two)
named = powertools(("Milliseconds", 300), dimension="Latency")
nan = json.dumps(powertools(("Milliseconds", float("nan"))))
try:
    embedded(("Milliseconds", float("nan")))
    refused = False
except InvalidMetricError:
    refused = True
print(unit(one), one["Latency"], unit(other), other["Latency"], named["Latency"], nan)
assert (unit(one), one["Latency"]) == ("Milliseconds", [2, 300])
assert (unit(other), other["Latency"]) == ("Seconds", [2, 300])
assert "Latency" in named["_aws"]["CloudWatchMetrics"][0]["Dimensions"][0] and named["Latency"] == [300]
assert "[NaN]" in nan and refused
END_OF
