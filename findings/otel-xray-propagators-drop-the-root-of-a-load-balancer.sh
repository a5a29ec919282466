#!/usr/bin/env bash
# opentelemetry-propagator-aws-xray 1.0.2 with opentelemetry-sdk 1.45.2 (Python), @opentelemetry/propagator-aws-xray 2.2.0 (npm), Python 3.11,
# Node 20, 2026-11-29.
# An Application Load Balancer puts X-Amzn-Trace-Id on each request and into its access log. What it makes is `Root=1-...` alone; a Parent and
# Sampled come only from a client that traces itself. A service behind it that has the propagator of X-Ray is expected to go on with that root.
# Both want all three parts, take the header for none without a word, and begin a trace of another number, so on ECS behind a load
# balancer no trace can be found by what the access log says. `Sampled=?`, which X-Ray has for "you decide", is dropped
# as well; without Sampled at all the two disagree.
# Seen: for four headers, the trace that is gone on with: none for the first three (Root; Self and Root; Sampled=?), the last in Python alone.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check opentelemetry-propagator-aws-xray==1.0.2 opentelemetry-sdk==1.45.2
npm install --silent --no-audit --no-fund --prefix "$folder" @opentelemetry/api@1.9.1 @opentelemetry/core@2.12.1 \
    @opentelemetry/propagator-aws-xray@2.2.0
cd "$folder"
cat > headers.json <<'END_OF'
["Root=1-5759e988-bd862e3fe1be46a994272793",
 "Self=1-67891234-12456789abcdef012345678a;Root=1-5759e988-bd862e3fe1be46a994272793",
 "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=?",
 "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8",
 "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"]
END_OF
cat > read.cjs <<'END_OF'
const { AWSXRayPropagator } = require("@opentelemetry/propagator-aws-xray");
const { ROOT_CONTEXT, trace, defaultTextMapGetter } = require("@opentelemetry/api");
const propagator = new AWSXRayPropagator();
console.log(JSON.stringify(require("./headers.json").map((header) => {
  const context = propagator.extract(ROOT_CONTEXT, { "x-amzn-trace-id": header }, defaultTextMapGetter);
  return trace.getSpanContext(context)?.traceId ?? null;
})));
END_OF
node read.cjs > node.json
"$folder/venv/bin/python" - <<'END_OF'
import json

from opentelemetry.propagators.aws import AwsXRayPropagator
from opentelemetry.trace import get_current_span

propagator = AwsXRayPropagator()


def read(header):
    context = get_current_span(propagator.extract({"X-Amzn-Trace-Id": header})).get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else None


python = [read(header) for header in json.load(open("headers.json"))]
node = json.load(open("node.json"))
print(python, node)
root = "5759e988bd862e3fe1be46a994272793"
assert python == [None, None, None, root, root]
assert node == [None, None, None, None, root]
END_OF
