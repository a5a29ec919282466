#!/usr/bin/env bash
# cache-manager 7.2.9 (npm) with keyv 5.6.0, Node 20, 2026-11-29.
# `wrap(key, make, ttl)` makes a value once and keeps it for `ttl` milliseconds; the cache has a `ttl` for all else. A ttl of 0 is expected to be "not at all", or, taken for none, the one of
# the cache. It is neither: the value is kept without an end, past the cache's own ttl too, whether 0 is given or a function of the value returns it, and `set` does the same. NaN is as endless, while
# -1 keeps nothing. The ttl is often computed, as the rest of a token's time less a minute: `Math.max(0, expiresIn - 60) * 1000`, and the one
# that is nearly over is the one that stays for good. A value of null is kept like any other, one of undefined is made anew by each call.
# A task that caches the token of a login, credentials of STS or a secret like that works until the first of them is short, and is refused from then on until it is restarted.
# Seen, in a cache with a ttl of a second, after 400 days: 0, () => 0, NaN and set(…, 0) still there, -1 and no ttl made anew.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund cache-manager@7.2.9 keyv@5.6.0
cat > cache.mjs <<'END_OF'
import assert from "node:assert";
import { createCache } from "cache-manager";

let now = 1795946400000;
Date.now = () => now;
const cache = createCache({ ttl: 1000 });
const made = {};
const get = (key, ttl, value = "token") =>
  cache.wrap(key, async () => { made[key] = (made[key] ?? 0) + 1; return value; }, ttl);

const times = { none: undefined, zero: 0, function: () => 0, nan: NaN, minus: -1 };
for (const [key, ttl] of Object.entries(times)) await get(key, ttl);
await cache.set("set", "token", 0);
now += 400 * 24 * 3600 * 1000;
for (const [key, ttl] of Object.entries(times)) await get(key, ttl);
const set = await cache.get("set");
console.log("made:", made, "set with 0:", set);
assert.deepStrictEqual(made, { none: 2, zero: 1, function: 1, nan: 1, minus: 2 });
assert.strictEqual(set, "token");

for (const value of [null, undefined]) {
  const key = String(value);
  const make = async () => { made[key] = (made[key] ?? 0) + 1; return value; };
  await cache.wrap(key, make);
  await cache.wrap(key, make);
}
console.log("null:", made.null, "undefined:", made.undefined);
assert.deepStrictEqual([made.null, made.undefined], [1, 2]);
END_OF
node cache.mjs
