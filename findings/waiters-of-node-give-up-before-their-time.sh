#!/usr/bin/env bash
# @aws-sdk/client-ecs 3.1164.0 (npm, 2026) beside botocore 1.44.8, Python 3.11, Node 20, 2026-11-29.
# `waitUntilServicesStable({ maxWaitTime: 900 })` waits until a service of ECS is stable, 15 minutes at most. From the same model boto3 asks every 15
# seconds. The SDK for JavaScript waits longer each time, by chance between 15 seconds and twice the last bound, up to ten minutes; and where the next wait
# that it drew would end after the 15 minutes, it gives up at once instead of asking once more at their end. So the time is over after nine minutes
# in half of the runs, sometimes after five; a deployment that is stable after nine is a TimeoutError in nearly half of the pipelines, and is
# seen minutes late in the others. With maxDelay: 15 it does what its name says.
# Seen, on a clock of its own and with 400 runs each: medians of 560 s (never stable, 900 asked for); 189 failures (stable after 540 s), and none with maxDelay.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check botocore==1.44.8
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund @aws-sdk/client-ecs@3.1164.0
cat > wait.cjs <<'END_OF'
const { waitUntilServicesStable } = require("@aws-sdk/client-ecs");

let now = 0;
let seed = 7;
Date.now = () => now * 1000;
global.setTimeout = (then, milliseconds) => { now += milliseconds / 1000; return setImmediate(then); };
Math.random = () => { seed = (seed * 16807) % 2147483647; return seed / 2147483647; };

async function run(stable, options) {
  now = 0;
  const client = {
    send: async () => ({ failures: [], services: [{
      status: "ACTIVE", runningCount: 2, desiredCount: 2, deployments: now < stable ? [{}, {}] : [{}] }] }) };
  try {
    await waitUntilServicesStable({ client, maxWaitTime: 900, ...options }, { cluster: "shop", services: ["web"] });
    return { ended: now, done: true };
  } catch (error) {
    if (error.name !== "TimeoutError") throw error;
    return { ended: now, done: false };
  }
}

async function many(stable, options) {
  const runs = [];
  for (let count = 0; count < 400; count += 1) runs.push(await run(stable, options));
  const ends = runs.map((one) => one.ended).sort((first, second) => first - second);
  return { failed: runs.filter((one) => !one.done).length, first: Math.round(ends[0]), median: Math.round(ends[200]) };
}

(async () => {
  console.log(JSON.stringify([
    await many(Infinity, {}), await many(540, {}), await many(Infinity, { maxDelay: 15 }), await many(540, { maxDelay: 15 })]));
})();
END_OF
node wait.cjs > runs.json 2>/dev/null
cat runs.json
venv/bin/python - <<'END_OF'
import json

from botocore.loaders import Loader

never, nine, steady, steady_nine = json.load(open("runs.json"))
waiter = Loader().load_service_model("ecs", "waiters-2")["waiters"]["ServicesStable"]
print("boto3 asks every", waiter["delay"], "seconds,", waiter["maxAttempts"], "times")
assert (waiter["delay"], waiter["maxAttempts"]) == (15, 40)
assert never["failed"] == 400 and never["first"] < 400 and 500 < never["median"] < 620
assert 150 < nine["failed"] < 240
assert steady["failed"] == 400 and steady["first"] >= 885
assert steady_nine == {"failed": 0, "first": 540, "median": 540}
END_OF
