#!/usr/bin/env bash
# werkzeug 3.1.9 (2026-09), proxy-addr 2.0.8 (npm, in Express) and uvicorn 0.54.0 (2026-09), Python 3.11, Node 20, 2026-11-29.
# An Application Load Balancer can keep the client's port (`enable_xff_client_port` in Terraform), and X-Forwarded-For is then
# 203.0.113.7:41234. All three read that header for an application behind a proxy. uvicorn gives address and port apart. werkzeug's ProxyFix puts
# both into REMOTE_ADDR and proxy-addr into `req.ip`, so whatever parses the address raises, and a limit per client counts each
# connection as a client of its own. proxy-addr no longer knows its own proxies either: one that it is told to trust is taken for the client, once
# its entry has a port.
# Seen: "203.0.113.7:41234" from both, ("203.0.113.7", 41234) from uvicorn; 10.0.1.9:3 in place of the client.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check werkzeug==3.1.9 uvicorn==0.54.0
npm install --silent --no-audit --no-fund --prefix "$folder" proxy-addr@2.0.8
cd "$folder"
cat > read.cjs <<'END_OF'
const address = require("proxy-addr");
console.log(JSON.stringify(process.argv.slice(2).map((header) =>
  address({ connection: { remoteAddress: "10.0.1.5" }, headers: { "x-forwarded-for": header } }, "10.0.0.0/16"))));
END_OF
"$folder/venv/bin/python" - <<'END_OF'
import asyncio
import json
import subprocess

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix


def with_werkzeug(header):
    seen = []
    application = ProxyFix(lambda environ, start: seen.append(environ["REMOTE_ADDR"]))
    application({"REMOTE_ADDR": "10.0.1.5", "HTTP_X_FORWARDED_FOR": header}, None)
    return seen[0]


def with_uvicorn(header):
    seen = []

    async def application(scope, receive, send):
        seen.append(scope["client"])

    scope = {"type": "http", "client": ("10.0.1.5", 1), "scheme": "http", "headers": [(b"x-forwarded-for", header.encode())]}
    asyncio.run(ProxyHeadersMiddleware(application, "10.0.0.0/16")(scope, None, None))
    return seen[0]


plain, ported = "203.0.113.7", "203.0.113.7:41234"
headers = [plain, ported, f"{ported}, 10.0.1.9:3"]
run = subprocess.run(["node", "read.cjs", *headers], capture_output=True, text=True, check=True)
node = json.loads(run.stdout)
python = [with_werkzeug(plain), with_werkzeug(ported)]
uvicorn = [with_uvicorn(header) for header in headers]
print(node, python, uvicorn, sep="\n")
assert node == [plain, ported, "10.0.1.9:3"]
assert python == [plain, ported]
assert uvicorn == [(plain, 0), (plain, 41234), (plain, 41234)]
END_OF
