#!/usr/bin/env bash
# prometheus-client 0.26.0 (Python) with prom-client 15.1.3 (npm), Python 3.11, Node 20, 2026-11-29.
# prometheus-client reads the text of other programs as well as it writes its own (`text_string_to_metric_families`), which is how a sidecar or a batch job passes on the metrics of a program beside it. What goes in is expected to come out.
# A counter whose name does not end in _total, which Prometheus' text format allows and Node's library writes as it is given, gets that ending as it is read: the sample http_requests is http_requests_total from then on, and
# is written so, with another TYPE and HELP. The family keeps the name http_requests, so the one that looks for it there finds it. A gauge, a histogram and a summary keep their names.
# A dashboard, an alarm and a rule about http_requests read no data from the day that the sidecar is put between, and an alarm on a rate of nothing is silent.
# Seen: http_requests from Node; a family http_requests with the sample http_requests_total; http_requests_total in the text that was written; jobs and latency as they were.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check prometheus-client==0.26.0
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund prom-client@15.1.3
cat > write.cjs <<'END_OF'
const { Counter, Gauge, Histogram, register } = require("prom-client");

new Counter({ name: "http_requests", help: "Requests", labelNames: ["code"] }).inc({ code: 200 }, 5);
new Gauge({ name: "jobs", help: "Jobs" }).set(3);
new Histogram({ name: "latency", help: "Seconds", buckets: [1] }).observe(0.5);
register.metrics().then((text) => process.stdout.write(text));
END_OF
node write.cjs > node.txt
cat > seen.py <<'END_OF'
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

text = open("node.txt").read()


class Node:
    def collect(self):
        return text_string_to_metric_families(text)


def names(lines):
    return sorted({line.split("{")[0].split(" ")[0] for line in lines.splitlines() if line and not line.startswith("#")})


read = {family.name: family.samples[0].name for family in text_string_to_metric_families(text)}
registry = CollectorRegistry()
registry.register(Node())
written = generate_latest(registry).decode()
print(names(text), read, names(written), sep="\n")
latency = ["latency_bucket", "latency_count", "latency_sum"]
assert read == {"http_requests": "http_requests_total", "jobs": "jobs", "latency": "latency_bucket"}
assert names(text) == ["http_requests", "jobs", *latency]
assert names(written) == ["http_requests_total", "jobs", *latency]
assert "# TYPE http_requests counter" in text and "# TYPE http_requests_total counter" in written
END_OF
venv/bin/python seen.py
