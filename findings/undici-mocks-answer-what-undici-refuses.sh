#!/usr/bin/env bash
# undici 7.30.2 (npm), Node 20, 2026-11-29.
# MockAgent is undici's own stand-in for the network, part of the same package, so a request that undici would refuse, or give up, is expected to be refused or given up in a test too. It answers before any of that is looked at.
# An answer with a delay of a second and a half comes, in full, to a request with a `headersTimeout` of 0.2 seconds, whether the time is set at the request or at the agent. A header with a line break, a body that is an object where
# a text is wanted, and a Content-Length that is not that of the body are answered with 200; an answer to HEAD and one with 204 may have a body, of which the program reads the bytes. An AbortSignal is honoured.
# So the test that a slow service is given up passes only if it fails, and whoever writes it the other way round has tests that are green for requests which cannot be sent.
# Seen: 200 after 1.5 s; UND_ERR_HEADERS_TIMEOUT of a server on loopback that is as slow; 200 three times where a real agent throws UND_ERR_INVALID_ARG and UND_ERR_REQ_CONTENT_LENGTH_MISMATCH; "body" of HEAD and 204.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund undici@7.30.2
cat > seen.cjs <<'END_OF'
const assert = require("node:assert");
const { createServer } = require("node:http");
const { Agent, MockAgent, request } = require("undici");

const slow = 1500;

async function outcome(address, settings) {
  try {
    const answer = await request(address, settings);
    return [answer.statusCode, await answer.body.text()];
  } catch (error) {
    return error.code;
  }
}

(async () => {
  const server = createServer((asked, answer) => setTimeout(() => answer.end("late"), slow)).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const real = `http://127.0.0.1:${server.address().port}`;
  const agent = new MockAgent({ headersTimeout: 200 });
  agent.disableNetConnect();
  const mock = agent.get("https://api.example");
  mock.intercept({ path: "/slow" }).reply(200, "late").delay(slow).times(2);
  mock.intercept({ path: "/", method: "POST" }).reply(200, "ok").persist();
  mock.intercept({ path: "/", method: "HEAD" }).reply(200, "body");
  mock.intercept({ path: "/none" }).reply(204, "body");

  const limits = { headersTimeout: 200, bodyTimeout: 200 };
  const requests = {
    header: { method: "POST", headers: { "x-order": "7\n8" }, body: "paid" },
    object: { method: "POST", body: { order: 7 } },
    length: { method: "POST", headers: { "content-length": "9" }, body: "paid" },
  };
  const seen = {
    request: await outcome("https://api.example/slow", { dispatcher: agent, ...limits }),
    agent: await outcome("https://api.example/slow", { dispatcher: agent }),
    head: await outcome("https://api.example/", { dispatcher: agent, method: "HEAD" }),
    none: await outcome("https://api.example/none", { dispatcher: agent }),
  };
  const wanted = { request: await outcome(real, { dispatcher: new Agent(), ...limits }) };
  for (const [name, settings] of Object.entries(requests)) {
    seen[name] = await outcome("https://api.example/", { dispatcher: agent, ...settings });
    wanted[name] = await outcome(real, { dispatcher: new Agent(), ...settings });
  }
  server.close();
  server.closeAllConnections();
  console.log({ mocked: seen, real: wanted });
  const ok = [200, "ok"];
  assert.deepEqual(seen, {
    request: [200, "late"], agent: [200, "late"], head: [200, "body"], none: [204, "body"], header: ok, object: ok, length: ok });
  assert.deepEqual(wanted, {
    request: "UND_ERR_HEADERS_TIMEOUT", header: "UND_ERR_INVALID_ARG", object: "UND_ERR_INVALID_ARG",
    length: "UND_ERR_REQ_CONTENT_LENGTH_MISMATCH" });
})();
END_OF
node seen.cjs
