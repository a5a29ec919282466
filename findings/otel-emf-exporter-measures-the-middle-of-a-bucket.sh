#!/usr/bin/env bash
# opentelemetry-exporter-cloudwatch-emf 0.2.5 (2026-06) with opentelemetry-sdk 1.45.2, Python 3.11, 2026-11-29.
# It writes OpenTelemetry's metrics as CloudWatch's Embedded Metric Format, a histogram as values, so that CloudWatch can make percentiles.
# The values are the middles of the buckets, and the first bucket of a histogram of one's own ends at 5: a duration in seconds is 2.5,
# whatever it was, so an alarm on the slowest requests rings for good or never. A number that goes up and down (requests in flight) is written as
# its change: 5, then -1, then nothing. All that is known of the place is a dimension, the ARN of the task and the id of the process
# among it: a new metric for every task, each of them paid for, while an alarm that names the service has no data. On ECS the name of the
# container is the first in the metadata of the task, a log router's, and not that of the one it runs in.
# Seen: [2.5, 2.5] for 0.1 and 4.9; 5, -1 and no line; aws_ecs_task_arn and service_instance_id as dimensions; log-router for web.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check opentelemetry-exporter-cloudwatch-emf==0.2.5 opentelemetry-sdk==1.45.2
"$folder/venv/bin/python" - <<'END_OF'
import io
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TASK = {
    "Cluster": "shop",
    "TaskARN": "arn:aws:ecs:eu-central-1:123456789012:task/shop/158d1c8083dd49d6b527399fd6414f5c",
    "Containers": [{"Name": "log-router"}, {"Name": "web"}],
}


class Metadata(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(TASK if self.path.endswith("/task") else {"Name": "web"}).encode())

    def log_message(self, *words):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Metadata)
threading.Thread(target=server.serve_forever, daemon=True).start()
os.environ["ECS_CONTAINER_METADATA_URI_V4"] = f"http://127.0.0.1:{server.server_port}/v4/web"

from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry_exporter_cloudwatch_emf import CloudWatchEMFExporter

out = io.StringIO()
reader = PeriodicExportingMetricReader(CloudWatchEMFExporter(namespace="shop", output=out), export_interval_millis=3_600_000)
provider = MeterProvider(metric_readers=[reader])
meter = provider.get_meter("shop")
flight = meter.create_up_down_counter("checkout.active")
duration = meter.create_histogram("checkout.duration", unit="s")


def written(name):
    out.seek(0)
    out.truncate()
    reader.force_flush()
    return [line for line in map(json.loads, out.getvalue().splitlines()) if name in line]


flight.add(5)
first = written("checkout.active")[0]
flight.add(-1)
second = written("checkout.active")[0]
third = written("checkout.active")
duration.record(0.1)
duration.record(4.9)
[seconds] = written("checkout.duration")
provider.shutdown()
server.shutdown()
dimensions = first["_aws"]["CloudWatchMetrics"][0]["Dimensions"][0]
values = seconds["checkout.duration"]
flights = [first["checkout.active"], second["checkout.active"], third]
print(values, flights, dimensions, first["aws_ecs_container_name"], sep="\n")
assert values == [2.5, 2.5] and seconds["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Unit"] == "Seconds"
assert flights == [5, -1, []]
assert {"aws_ecs_task_arn", "service_instance_id"} <= set(dimensions)
assert first["aws_ecs_container_name"] == "log-router"
END_OF
