#!/usr/bin/env bash
# waitress 3.0.2, cheroot 11.1.2, daphne 4.2.3 and hypercorn 0.18.0 beside gunicorn 27.0.1, granian 2.8.9 and uvicorn 0.54.0 (all PyPI), Python 3.11, 2026-11-29.
# At each deployment ECS sends SIGTERM to the old tasks and waits, 30 seconds if nothing else is said, before it kills them. A server that is made for production is expected to take no more requests then, to answer those that it has, and to end.
# gunicorn, granian and uvicorn do. waitress and cheroot (CherryPy's server) know nothing of the signal: below an init process (`initProcessEnabled`), as here, they are gone at once with the request that they were at, and as process 1 of a container,
# to which the kernel brings no signal that it does not ask for, they take new ones until SIGKILL. daphne ends in good order, with exit code 0, and kills the request as well. hypercorn waits three seconds, its `graceful_timeout`, and then answers 500
# in the application's place. uvicorn answers, and ends by the signal all the same, which ECS shows as exit code 143.
# The load balancer makes a 502 of each lost connection, some at every deployment, and its deregistration delay only helps against requests that are shorter than it; an order that was written is repeated by its client.
# Seen, for a request that takes five seconds more after the signal: no answer, then -15, -15 and 0 for the first three; 500 and 0 from hypercorn; 200 from the others, with 0, 0 and -15.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check waitress==3.0.2 cheroot==11.1.2 daphne==4.2.3 gunicorn==27.0.1 granian==2.8.9 hypercorn==0.18.0 uvicorn==0.54.0
cd "$folder"
cat > app.py <<'END_OF'
import asyncio
import os
import time
from pathlib import Path

BODY = b"done"
begun, answer = Path(os.environ["BEGUN"]), Path(os.environ["ANSWER"])


def wsgi(environ, start_response):
    begun.touch()
    for _ in range(600):
        if answer.exists():
            break
        time.sleep(0.05)
    start_response("200 OK", [("Content-Length", str(len(BODY)))])
    return [BODY]


async def asgi(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    begun.touch()
    for _ in range(600):
        if answer.exists():
            break
        await asyncio.sleep(0.05)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(BODY)).encode())]})
    await send({"type": "http.response.body", "body": BODY})
END_OF
cat > seen.py <<'END_OF'
import http.client
import os
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

SERVERS = {
    "waitress": "waitress-serve --host=127.0.0.1 --port={} app:wsgi",
    "cheroot": "cheroot --bind 127.0.0.1:{} app:wsgi",
    "daphne": "daphne -b 127.0.0.1 -p {} app:asgi",
    "gunicorn": "gunicorn --no-control-socket -b 127.0.0.1:{} app:wsgi",
    "granian": "granian --interface wsgi --host 127.0.0.1 --port {} app:wsgi",
    "hypercorn": "hypercorn -b 127.0.0.1:{} app:asgi",
    "uvicorn": "uvicorn --host 127.0.0.1 --port {} app:asgi",
}


def until(what):
    limit = time.monotonic() + 30
    while not what():
        assert time.monotonic() < limit, "it does not come"
        time.sleep(0.05)


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def ask(port, got):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", "/")
        got.append(connection.getresponse().status)
    except (http.client.HTTPException, OSError) as error:
        got.append(type(error).__name__)


def seen(name):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    begun, answer = Path(f"{name}.begun").resolve(), Path(f"{name}.answer").resolve()
    environment = os.environ | {"BEGUN": str(begun), "ANSWER": str(answer), "PYTHONPATH": os.getcwd()}
    program, *words = SERVERS[name].format(port).split()
    server = subprocess.Popen(
        [f"venv/bin/{program}", *words], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until(lambda: listens(port))
        got = []
        client = threading.Thread(target=ask, args=(port, got))
        client.start()
        until(begun.exists)
        server.send_signal(signal.SIGTERM)
        # Who gives the request up does so at once: the client learns it long before this is over.
        client.join(5)
        answer.touch()
        client.join(60)
        code = server.wait(60)
    finally:
        server.kill()
    print(name, *got, code)
    return got, code


gone = "RemoteDisconnected"
assert {name: seen(name) for name in SERVERS} == {
    "waitress": ([gone], -15),
    "cheroot": ([gone], -15),
    "daphne": ([gone], 0),
    "gunicorn": ([200], 0),
    "granian": ([200], 0),
    "hypercorn": ([500], 0),
    "uvicorn": ([200], -15),
}
END_OF
venv/bin/python seen.py
