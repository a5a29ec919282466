#!/usr/bin/env bash
# uvicorn 0.54.0 (2026-09) with fastapi 0.165.0 and starlette 1.10.0, Python 3.11, 2026-11-29.
# A rule of an Application Load Balancer sends /api/* to a service and leaves the path as it is. The application is told of its prefix by a root
# path, and FastAPI now calls its own parameter for it deprecated and names `--root-path` of the server instead. The two are not the same.
# With the parameter a request for /api/items reaches the route /items. With uvicorn's option the prefix is put before a path that already
# has it: the path is /api/api/items, the route is not found, and neither are /api/docs and /api/openapi.json. The option is for
# proxies that cut the prefix off, which this load balancer does only where a rule has a rewrite for it.
# Seen: 200 with FastAPI(root_path="/api") and its warning, 404 with Config(root_path="/api"), where the path is doubled.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check uvicorn==0.54.0 fastapi==0.165.0 starlette==1.10.0
"$folder/venv/bin/python" - <<'END_OF'
import threading
import time
import urllib.error
import urllib.request
import warnings

import uvicorn
from fastapi import FastAPI, Request

paths = []


def application(**words):
    app = FastAPI(**words)

    @app.get("/items")
    def items(request: Request):
        return {}

    return app


def noting(app):
    async def noted(scope, receive, send):
        if scope["type"] == "http":
            paths.append(scope["path"])
        await app(scope, receive, send)

    return noted


def ask(app, **words):
    server = uvicorn.Server(uvicorn.Config(noting(app), port=0, log_level="critical", **words))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    statuses = []
    for path in ("/api/items", "/api/openapi.json"):
        try:
            statuses.append(urllib.request.urlopen(f"http://127.0.0.1:{port}{path}").status)
        except urllib.error.HTTPError as error:
            statuses.append(error.code)
    server.should_exit = True
    thread.join()
    return statuses


with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    parameter = ask(application(root_path="/api"))
option = ask(application(), root_path="/api")
advice = [str(warning.message) for warning in said if "root_path" in str(warning.message)]
print(parameter, option, paths, advice)
assert parameter == [200, 200] and option == [404, 404]
assert paths == ["/api/items", "/api/openapi.json", "/api/api/items", "/api/api/openapi.json"]
assert "--root-path" in advice[0]
END_OF
