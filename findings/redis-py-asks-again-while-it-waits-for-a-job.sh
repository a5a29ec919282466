#!/usr/bin/env bash
# redis-py 8.1.0 beside 7.4.1, Python 3.11, 2026-11-29.
# `blpop(key, timeout=30)` waits for a job for up to 30 seconds and then answers None; with 0, its default, it waits for ever, as its docstring
# says. Since the eighth release a connection has a `socket_timeout` of 5 seconds unless it is told another, and nothing takes the time of a
# blocking command into account. After 5 seconds the answer is given up, a new connection made and the same command sent again, ten times;
# then comes a TimeoutError, where the seventh release answered None. A worker on ECS that waits at a queue of ElastiCache ends whenever nobody
# orders anything for a minute, and until then costs a new TLS connection every few seconds. Only `socket_timeout=None` waits as long as asked.
# Seen: of one blpop for 6 seconds, the server gets two within those 6 with 8.1.0, and one with 7.4.1 and with socket_timeout=None.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for version in 8.1.0 7.4.1; do
  ${PYTHON:-python3.11} -m venv "$folder/$version"
  "$folder/$version/bin/pip" install --quiet --disable-pip-version-check redis==$version
done
cat > "$folder/wait.py" <<'END_OF'
import json
import socketserver
import sys
import threading
import time

import redis

asked = []


class Server(socketserver.StreamRequestHandler):
    """As much of Redis as a blocking pop of an empty list needs."""

    def handle(self):
        while line := self.rfile.readline():
            words = []
            for _ in range(int(line[1:])):
                length = int(self.rfile.readline()[1:])
                words.append(self.rfile.read(length))
                self.rfile.read(2)
            if words[0] == b"BLPOP":
                asked.append(time.monotonic())
                time.sleep(float(words[-1]))
                self.answer(b"*-1\r\n")
            else:
                self.answer(b"+OK\r\n")

    def answer(self, words):
        try:
            self.wfile.write(words)
        except OSError:
            pass


class Threads(socketserver.ThreadingTCPServer):
    daemon_threads = True


server = Threads(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = redis.Redis(port=server.server_address[1], protocol=2, **json.loads(sys.argv[1]))
answers = []
worker = threading.Thread(target=lambda: answers.append(client.blpop("jobs", timeout=6)), daemon=True)
worker.start()
worker.join(8)
print(json.dumps({"answered": len(answers), "asked": len([t for t in asked if t < asked[0] + 6])}))
END_OF
new=$("$folder/8.1.0/bin/python" "$folder/wait.py" '{}')
told=$("$folder/8.1.0/bin/python" "$folder/wait.py" '{"socket_timeout": null}')
old=$("$folder/7.4.1/bin/python" "$folder/wait.py" '{}')
echo "8.1.0 $new, with socket_timeout=None $told, 7.4.1 $old"
[ "$new" = '{"answered": 0, "asked": 2}' ]
[ "$told" = '{"answered": 1, "asked": 1}' ]
[ "$old" = '{"answered": 1, "asked": 1}' ]
