#!/usr/bin/env bash
# cors 2.8.6 (npm) with express 5.3.0, Node 20, 2026-11-29.
# `cors({ origin: process.env.ORIGINS, credentials: process.env.CREDENTIALS })` is how a service takes its settings from a task definition, where all is text, and what cannot be meant is expected to be an error at the start, or no header.
# A text of two origins with a comma between them goes into the answer as it is, to every caller: a browser refuses it, for both origins and any other. credentials: "true" is not on, and no header says so, while maxAge: "600" is taken as the number
# that it is not. A variable that is missing switches all of it off, also the answer to OPTIONS, which is another thing than the default: cors() without settings allows any origin.
# A pattern with the flag g, which a replace elsewhere needs, allows every second request: it goes on where the last one ended.
# None of these is seen by curl or by a health check; the page fails in the browser, in the last case half of the time.
# Seen: both origins in one header; no Access-Control-Allow-Credentials for "true"; no header at all for undefined and * without settings; an answer with and one without the header in turn.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund cors@2.8.6 express@5.3.0
cat > seen.cjs <<'END_OF'
const assert = require("node:assert");
const cors = require("cors");
const express = require("express");

const shop = "https://shop.example";

async function answers(count, ...settings) {
  const application = express();
  application.use(cors(...settings));
  application.get("/", (request, response) => response.send("ok"));
  const server = application.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const seen = [];
  for (let turn = 0; turn < count; turn += 1) {
    const { headers } = await fetch(`http://127.0.0.1:${server.address().port}/`, {
      method: "OPTIONS", headers: { origin: shop, "access-control-request-method": "PUT" } });
    seen.push({
      origin: headers.get("access-control-allow-origin"), credentials: headers.get("access-control-allow-credentials"),
      age: headers.get("access-control-max-age") });
  }
  server.close();
  server.closeAllConnections();
  return seen;
}

(async () => {
  const two = `${shop},https://admin.example`;
  const [list] = await answers(1, { origin: two });
  const [texts] = await answers(1, { origin: shop, credentials: "true", maxAge: "600" });
  const [right] = await answers(1, { origin: [shop], credentials: true, maxAge: 600 });
  const [missing] = await answers(1, { origin: undefined, credentials: true });
  const [none] = await answers(1);
  const pattern = (await answers(4, { origin: /\.example$/g })).map((one) => one.origin);
  console.log({ list, texts, right, missing, none, pattern });
  assert.equal(list.origin, two);
  assert.deepEqual(texts, { origin: shop, credentials: null, age: "600" });
  assert.deepEqual(right, { origin: shop, credentials: "true", age: "600" });
  assert.deepEqual(missing, { origin: null, credentials: null, age: null });
  assert.equal(none.origin, "*");
  assert.deepEqual(pattern, [shop, null, shop, null]);
})();
END_OF
node seen.cjs
