#!/usr/bin/env bash
# opentelemetry-exporter-otlp-proto-http 1.45.2 (Python, 2026-10), @opentelemetry/exporter-trace-otlp-http 0.223.1 (npm), Python 3.11, Node 20,
# 2026-11-29.
# OTEL_EXPORTER_OTLP_TIMEOUT is one variable for all languages, in milliseconds by the specification of OpenTelemetry, and a task definition
# gives it to all of its containers. Node takes it so; Python takes the same figure for seconds. 10000 is a wait of nearly three hours for a
# collector that does not answer, in the thread that exports and at the end of the process, longer than ECS waits before it kills the task;
# 10, which is right for Python, gives up in Node before a connection stands, and every trace is lost.
# Seen: with 100, and a collector that answers after half a second: sent by Python, timed out in Node.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check opentelemetry-exporter-otlp-proto-http==1.45.2 opentelemetry-sdk==1.45.2
npm install --silent --no-audit --no-fund --prefix "$folder" @opentelemetry/api@1.10.0 \
    @opentelemetry/exporter-trace-otlp-http@0.223.1
cd "$folder"
cat > export.cjs <<'END_OF'
const { OTLPTraceExporter } = require("@opentelemetry/exporter-trace-otlp-http");
new OTLPTraceExporter().export([], (result) => {
  console.log(result.code === 0 ? "sent" : result.error.message);
  process.exit(0);
});
END_OF
"$folder/venv/bin/python" - <<'END_OF'
import os
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Collector(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        time.sleep(0.5)
        try:
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()
        except OSError:
            pass

    def log_message(self, *words):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
threading.Thread(target=server.serve_forever, daemon=True).start()
os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://127.0.0.1:{server.server_port}"
os.environ["OTEL_EXPORTER_OTLP_TIMEOUT"] = "100"

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider

span = TracerProvider().get_tracer("shop").start_span("order")
span.end()
python = OTLPSpanExporter().export([span]).name
node = subprocess.run(["node", "export.cjs"], capture_output=True, text=True, check=True).stdout.strip()
print("Python:", python, "Node:", node)
assert python == "SUCCESS"
assert "timed out" in node.lower(), node
END_OF
