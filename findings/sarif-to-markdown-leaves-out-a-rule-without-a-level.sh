#!/usr/bin/env bash
# @security-alert/sarif-to-markdown 1.11.1 (npm), Node 20, 2026-11-29.
# It makes the comment for a pull request of what a scanner found, and says with `failOn` whether the build is to stop. In SARIF the level is one of the result; where it has none, that of its rule's `defaultConfiguration` is meant, and where there is
# none either, "warning". Only the rule is asked here. Results of a rule without defaultConfiguration, which SARIF does not require, are left out, with level "error" too: the comment says "Nothing here." A level that a result has for itself counts for
# nothing, in either direction: an error of a rule that mostly warns is a warning, and an error that is only a note stops the build. The text of the first result stands above the places of all the others of its rule, whose own texts are nowhere.
# A scanner that states levels at its results, as the format means it, has then a clean comment on a change with errors; and "port 22 is open to the world" is said of the line where a port 443 is.
# Seen: "Nothing here." and shouldFail false for an error; [WARNING] and false for an error of a rule that warns, [ERROR] and true for the note; one text, two places.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund @security-alert/sarif-to-markdown@1.11.1
cat > seen.mjs <<'END_OF'
import assert from "node:assert/strict";
import { sarifToMarkdown } from "@security-alert/sarif-to-markdown";

const options = { owner: "shop", repo: "web", branch: "main", sourceRoot: ".", title: "Report", failOn: ["error"] };

function seen(defaultConfiguration, ...results) {
  const rule = { id: "R1", shortDescription: { text: "open port" }, ...(defaultConfiguration && { defaultConfiguration }) };
  const run = {
    tool: { driver: { name: "scanner", rules: [rule] } },
    results: results.map(([level, text], index) => ({
      ruleId: "R1",
      ...(level && { level }),
      message: { text },
      locations: [{ physicalLocation: { artifactLocation: { uri: "main.tf" }, region: { startLine: index + 1 } } }],
    })),
  };
  const [{ body, shouldFail }] = sarifToMarkdown(options)({ version: "2.1.0", runs: [run] });
  const part = body.split("## Results")[1].split("## Suppressed")[0].trim();
  console.log(JSON.stringify(part), shouldFail);
  return [part, shouldFail];
}

for (const level of ["error", undefined]) {
  assert.deepEqual(seen(undefined, [level, "port 22"]), ["Nothing here.", false]);
}
const [warning, stops] = seen({ level: "warning" }, ["error", "port 22"]);
assert.match(warning, /^- \*\*\[WARNING\]\*\* /);
assert.equal(stops, false);
const [error, stopped] = seen({ level: "error" }, ["note", "port 443"]);
assert.match(error, /^- \*\*\[ERROR\]\*\* /);
assert.equal(stopped, true);
const [both] = seen({ level: "error" }, ["error", "port 22"], ["error", "port 443"]);
assert.match(both, /port 22/);
assert.doesNotMatch(both, /port 443/);
assert.match(both, /main\.tf#L1\n.*main\.tf#L2/);
END_OF
node seen.mjs
