#!/usr/bin/env bash
# cloudevents 10.0.0 (npm) and cloudevents 2.2.0 (PyPI, 2026-06), Node 20, Python 3.11, 2026-11-29.
# CloudEvents has two forms over HTTP: attributes in headers with the data as the body, or all in one JSON document, which is the one that
# fits into a message of SQS. From the second the SDK of Node reads undefined where the data are false, 0 or "", though its own document has
# them and it reads them well from the first; bytes come back as a Uint32Array. A stock that falls to 0, or a switch that goes off, is an
# event without data once it takes the queue. The SDK of Python keeps false and 0, but in the first form it writes a bool as Python does,
# `True`, also under "application/json": Node's SDK makes the text "True" of it, and of False a text that is true in an `if`.
# Seen: undefined three times, Uint32Array; the bodies "True" and {"on": true}, and the text "True" of the former.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check cloudevents==2.2.0
npm install --silent --no-audit --no-fund --prefix "$folder" cloudevents@10.0.0
cd "$folder"
cat > events.mjs <<'END_OF'
import { CloudEvent, HTTP } from "cloudevents";
const result = [false, 0, "", Buffer.from([1, 2])].map((data) => {
  const event = new CloudEvent({ id: "1", source: "/shop", type: "stock", data,
    ...(Buffer.isBuffer(data) ? {} : { datacontenttype: "application/json" }) });
  const [headers, document] = [HTTP.binary(event), HTTP.structured(event)];
  const read = (message) => HTTP.toEvent(message).data;
  return [String(read(headers)), document.body.includes('"data'), String(read(document)), read(document)?.constructor.name];
});
const headers = { "content-type": "application/json", "ce-id": "1", "ce-source": "/shop", "ce-type": "stock", "ce-specversion": "1.0" };
const python = HTTP.toEvent({ headers, body: process.argv[2] }).data;
console.log(JSON.stringify([result, python]));
END_OF
"$folder/venv/bin/python" - <<'END_OF'
import json
import subprocess

from cloudevents.core.bindings.http import from_http_event, to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent


def event(data, **more):
    return CloudEvent(attributes={"id": "1", "source": "/shop", "type": "stock", "specversion": "1.0", **more}, data=data)


kept = [from_http_event(to_structured_event(event(data))).get_data() for data in (False, 0)]
bodies = [to_binary_event(event(data, datacontenttype="application/json")).body for data in (True, {"on": True})]
run = subprocess.run(["node", "events.mjs", bodies[0].decode()], capture_output=True, text=True, check=True)
node, crossed = json.loads(run.stdout)
print(node, kept, bodies, repr(crossed))
assert [row[0] for row in node[:3]] == ["false", "0", ""] and all(row[1] for row in node)
assert [row[2] for row in node[:3]] == ["undefined"] * 3 and node[3][3] == "Uint32Array"
assert kept == [False, 0]
assert bodies == [b"True", b'{"on": true}'] and crossed == "True"
END_OF
