#!/usr/bin/env bash
# node-cache 5.1.2 (npm), Node 20, 2026-11-29.
# `maxKeys` bounds how many keys the cache has. When it is full, one expects a further key to push out an old one, or to be refused, and an old key to take a new value as before. Every `set` is
# refused, with an error that is thrown, that of a key which is there as well, and so is one while all of its keys have expired, until the next run of its clean-up, ten minutes by default.
# A TTL may be a text by its types, for one from the environment. "60" is sixty seconds. "1h", "60s" or "60 s" are taken as well, `set` says true,
# and the value never expires: `getTtl` is NaN.
# A secret, a token or an address that is cached like that outlives its rotation in the task, and a full cache of a service fails the requests that it was to make cheaper.
# Seen: ECACHEFULL for the second value of the one key, and after it expired; "1h": true, NaN, still there after 400 days.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund node-cache@5.1.2
cat > cache.cjs <<'END_OF'
const assert = require("node:assert");
const NodeCache = require("node-cache");

let now = 1795946400000;
Date.now = () => now;
const attempt = (cache, key, value) => {
  try {
    return cache.set(key, value);
  } catch (error) {
    return error.name;
  }
};

const full = new NodeCache({ stdTTL: 60, maxKeys: 1 });
const ends = [attempt(full, "flags", 1), attempt(full, "flags", 2)];
now += 61_000;
ends.push(attempt(full, "other", 3), full.get("flags"), attempt(full, "other", 3));
console.log("full:", ends);
assert.deepStrictEqual(ends, [true, "ECACHEFULL", "ECACHEFULL", undefined, true]);
full.close();

const timed = new NodeCache({ stdTTL: 60 });
const set = timed.set("token", "secret", "1h");
timed.set("minute", 1, "60");
const until = timed.getTtl("token");
now += 400 * 24 * 3600 * 1000;
console.log('"1h":', set, until, "after 400 days:", timed.get("token"), '"60":', timed.get("minute"));
assert.strictEqual(set, true);
assert.ok(Number.isNaN(until));
assert.strictEqual(timed.get("token"), "secret");
assert.strictEqual(timed.get("minute"), undefined);
timed.close();
END_OF
node cache.cjs
