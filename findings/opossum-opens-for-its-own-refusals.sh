#!/usr/bin/env bash
# opossum 9.0.0 (npm), Node 20, 2026-11-29.
# It is a circuit breaker, with a bulkhead in it: `capacity` is how many calls may run at a time, and further ones are refused. A refusal of that kind says that there
# is much to do, not that the service behind is ill, so one expects it to count for nothing. It counts as a failure, and opens the breaker of a service that has
# answered each call that it got: for half a minute nothing is sent to it at all. With `errorFilter` an error such as 404 is no failure; it is a success
# then, and where the breaker tries again, half open, one such answer closes it, as if the service were well.
# So a short peak of requests becomes an outage of every task that had it, with healthy targets behind, and alarms on the breaker tell of a failure that nobody had.
# Seen: two calls at a time, six made at once: 2 answered, 3 refused by the bulkhead, the breaker open; after a pause a filtered 404 closes it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund opossum@9.0.0
cat > breaker.cjs <<'END_OF'
const assert = require("node:assert");
const { setTimeout: pause } = require("node:timers/promises");
const CircuitBreaker = require("opossum");

(async () => {
  let answered = 0;
  const busy = new CircuitBreaker(async () => { await pause(50); answered += 1; }, { capacity: 2 });
  const ends = await Promise.allSettled(Array.from({ length: 6 }, () => busy.fire()));
  const codes = ends.map((end) => end.reason?.code ?? "answered");
  const later = await busy.fire().catch((error) => error.code);
  console.log("six calls at once:", codes.join(" "), "- then open:", busy.opened, later);
  assert.strictEqual(answered, 2);
  assert.deepStrictEqual(codes, ["answered", "answered", "ESEMLOCKED", "ESEMLOCKED", "ESEMLOCKED", "EOPENBREAKER"]);
  assert.strictEqual(busy.opened, true);
  assert.strictEqual(later, "EOPENBREAKER");
  busy.shutdown();

  const fail = async (status) => { throw Object.assign(new Error(`answer ${status}`), { status }); };
  const probed = new CircuitBreaker(fail, { resetTimeout: 50, errorFilter: (error) => error.status === 404 });
  await probed.fire(503).catch(() => {});
  assert.strictEqual(probed.opened, true);
  await pause(100);
  assert.strictEqual(probed.halfOpen, true);
  const message = await probed.fire(404).catch((error) => error.message);
  console.log("half open,", message, "- closed:", probed.closed, "successes:", probed.stats.successes);
  assert.strictEqual(message, "answer 404");
  assert.strictEqual(probed.closed, true);
  assert.strictEqual(probed.stats.successes, 1);
  probed.shutdown();
})();
END_OF
node breaker.cjs
