#!/usr/bin/env bash
# express 5.3.0 (npm, 2026-10) with body-parser 2.4.0 and bytes 3.1.2, Node 20, 2026-11-29.
# `express.json({ limit: "10mb" })` is 10 MiB; the units of `bytes` are powers of 1024. So one expects the unit's right name, "10MiB", to be the same
# or an error, and "10M", as nginx has it, likewise. What is no unit to it is left off behind the figures: both are ten bytes, without a word
# at the start, and each request with a body is answered 413. A separator ends the number too, 1_000kb is one byte. The limit is often a
# variable of a task definition, set by the one who set the load balancer's and the proxy's.
# Seen: 200 for "10mb", 413 with a limit of 10 and of 1 for the other three; pydantic's ByteSize (2.14.4) reads 10MiB as 10485760.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pydantic==2.14.4
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund express@5.3.0 body-parser@2.4.0 bytes@3.1.2
cat > ask.cjs <<'END_OF'
const express = require("express");

async function ask(limit) {
  const app = express();
  app.use(express.json({ limit }));
  app.post("/", (request, response) => response.json({}));
  app.use((error, request, response, next) => response.status(error.status).json({ limit: error.limit }));
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const response = await fetch(`http://127.0.0.1:${server.address().port}/`, {
    method: "POST", headers: { "content-type": "application/json", connection: "close" },
    body: JSON.stringify({ article: "lamp", number: 1 }) });
  const answer = `${limit}: ${response.status} ${JSON.stringify(await response.json())}`;
  server.close();
  return answer;
}

(async () => {
  for (const limit of ["10mb", "10MiB", "10M", "1_000kb"]) console.log(await ask(limit));
})();
END_OF
node ask.cjs > answers
cat answers
venv/bin/python - <<'END_OF'
from pydantic import ByteSize, TypeAdapter

size = TypeAdapter(ByteSize).validate_python("10MiB")
assert size == 10_485_760, size
assert open("answers").read().splitlines() == [
    "10mb: 200 {}", '10MiB: 413 {"limit":10}', '10M: 413 {"limit":10}', '1_000kb: 413 {"limit":1}']
END_OF
