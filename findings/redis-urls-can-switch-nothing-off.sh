#!/usr/bin/env bash
# ioredis 6.0.0 (npm, 2026-07) and redis-py 8.1.0, Node 20, Python 3.11, 2026-11-29.
# Both take their options in the query of the address of Redis, which is handy where a task definition has one REDIS_URL. Options are expected
# to have there the types that they have in code. ioredis leaves all of them texts: `tls=false` is a text that is not empty, so TLS is
# begun; `enableOfflineQueue=false` leaves the queue on; and of `maxRetriesPerRequest=3` only "is it a number" is asked, so that a limit
# which should make a request fail fast takes away even the default of 20, and requests wait for ever for a node that is gone. redis-py
# turns its timeouts, sizes and some switches into what they are, and `decode_responses=false` into a text, so that it decodes.
# Seen: a TLS greeting (byte 22) for tls=false; no error with a limit of 3 in the address, one at once with it as an option; a str for GET.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check redis==8.1.0
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund ioredis@6.0.0
cat > ask.cjs <<'END_OF'
const net = require("net");
const Redis = require("ioredis");

function retries(query, options) {
  const client = new Redis(`redis://127.0.0.1:1/0${query}`, { retryStrategy: () => 10, ...options });
  client.on("error", () => {});
  const patience = new Promise((resolve) => setTimeout(() => resolve("waits"), 2000));
  return Promise.race([client.get("cart").catch((error) => error.name), patience])
    .finally(() => client.disconnect());
}

function greeting(query) {
  return new Promise((resolve) => {
    const server = net.createServer((socket) => socket.once("data", (data) => resolve(data[0])));
    server.listen(0, "127.0.0.1", () => {
      const client = new Redis(`redis://127.0.0.1:${server.address().port}/0${query}`, { retryStrategy: () => null });
      client.on("error", () => {});
    });
  });
}

(async () => {
  const queue = new Redis("redis://127.0.0.1:1/0?enableOfflineQueue=false", { lazyConnect: true }).options.enableOfflineQueue;
  console.log(JSON.stringify([
    await retries("", {}), await retries("?maxRetriesPerRequest=3", {}), await retries("", { maxRetriesPerRequest: 3 }),
    await greeting("?tls=false"), String.fromCharCode(await greeting("")), queue]));
  process.exit(0);
})();
END_OF
node=$(node ask.cjs)
cat > ask.py <<'END_OF'
import socketserver
import threading

import redis


class Server(socketserver.StreamRequestHandler):
    """Answers every command with OK, and GET with a value."""

    def handle(self):
        while line := self.rfile.readline():
            words = []
            for _ in range(int(line[1:])):
                words.append(self.rfile.read(int(self.rfile.readline()[1:])))
                self.rfile.read(2)
            self.wfile.write(b"$3\r\nabc\r\n" if words[0] == b"GET" else b"+OK\r\n")


class Threads(socketserver.ThreadingTCPServer):
    daemon_threads = True


server = Threads(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"redis://127.0.0.1:{server.server_address[1]}/0?protocol=2"
print([redis.Redis.from_url(address + query).get("cart") for query in ("", "&decode_responses=false")])
END_OF
python=$(venv/bin/python ask.py)
echo "$node $python"
[ "$node" = '["MaxRetriesPerRequestError","waits","MaxRetriesPerRequestError",22,"*","false"]' ]
[ "$python" = "[b'abc', 'abc']" ]
