#!/usr/bin/env bash
# asl-validator 4.0.0 (npm), Node 20, 2026-11-29.
# It checks state machines against the Amazon States Language before they are deployed, and finds what cannot be reached and what ends
# nowhere. Of the MUSTs of the specification it lacks some that a slip meets first. States.ALL stands alone and in the last retrier; with another
# error beside it, or with a retrier behind it that so is never asked, it is valid to it. A heartbeat is shorter than its timeout. No state goes
# back to JSONPath in a machine of JSONata. A Choice has no End. So a build that checked its machines finds these only when Step
# Functions refuses the machine itself. A Task without a resource is found.
# Seen: true for each of the five, false for the Task.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" asl-validator@4.0.0
cd "$folder"
cat > check.cjs <<'END_OF'
const validate = require("asl-validator");
const task = { Type: "Task", Resource: "arn:aws:lambda:eu-central-1:123456789012:function:pay", End: true };
const done = { Type: "Succeed" };
const machine = (state, more = {}) => ({ StartAt: "A", States: { A: state, ...more } });
const machines = {
  "States.ALL before another": machine({ ...task, Retry: [{ ErrorEquals: ["States.ALL"] }, { ErrorEquals: ["Pay.Busy"] }] }),
  "States.ALL beside another": machine({ ...task, Retry: [{ ErrorEquals: ["Pay.Busy", "States.ALL"] }] }),
  "heartbeat above timeout": machine({ ...task, TimeoutSeconds: 5, HeartbeatSeconds: 10 }),
  "JSONPath in JSONata": { QueryLanguage: "JSONata", ...machine({ Type: "Pass", QueryLanguage: "JSONPath", End: true }) },
  "Choice with End": machine({ Type: "Choice", Choices: [{ Variable: "$.n", NumericEquals: 1, Next: "B" }], End: true }, { B: done }),
  "Task without resource": machine({ Type: "Task", End: true }),
};
const results = Object.entries(machines).map(([name, one]) => [name, validate(one).isValid]);
console.log(results);
if (results.map(([, valid]) => valid).join() !== "true,true,true,true,true,false") process.exit(1);
END_OF
node check.cjs
