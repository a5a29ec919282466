#!/usr/bin/env bash
# tap.py 3.2.1 (its command tappy) with the test runner of Node 20.20.2, beside tap-parser 18.3.4 (npm), Python 3.11, Node 20, 2026-11-29.
# `node --test --test-reporter=tap` writes the Test Anything Protocol, which is there for programs of any language to read. tap.py reads it and says "failed" of every file, also where all tests passed: Node writes comments with
# its counts behind the plan, and the plan must be at the beginning or the end of the file, comments included, to tap.py. Who takes those lines off meets the next: Node writes `\#` for a hash in the name of a test, as
# TAP 14 wants it, and tap.py takes what is behind it for a directive. A test called "retries # skip the cache" that fails is counted as skipped, and the exit code is 0; one
# called "C# TODO" that passes is a failure. tap-parser reads all of it rightly.
# It matters where results of several languages are joined in one build: it is red for good, and mended with `sed` it is green for a test that fails.
# Seen: 1 for two passed tests, 0 without the comments; 0 with "OK (skipped=1)" for a failed one, and "not ok" of the same file from tap-parser.
set -euo pipefail
case $(node --version) in v20.*) ;; *) echo "needs Node 20, found $(node --version)"; exit 1 ;; esac
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check tap.py==3.2.1
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund tap-parser@18.3.4
cat > green.test.cjs <<'END_OF'
const { test } = require("node:test");
test("one", () => {});
test("two", () => {});
END_OF
cat > red.test.cjs <<'END_OF'
const { test } = require("node:test");
test("retries # skip the cache", () => { throw new Error("three requests"); });
END_OF
node --test --test-reporter=tap green.test.cjs > green.tap
node --test --test-reporter=tap red.test.cjs > red.tap && exit 1
for name in green red; do sed '/^1\.\./q' "$name.tap" > "$name.cut.tap"; done
read_by_tappy() {
  code=0
  venv/bin/tappy "$1" > said 2>&1 || code=$?
  echo "tappy $1: $code, $(tail -1 said)"
}
read_by_tappy green.tap
[ "$code" = 1 ] && grep -q "A plan must appear at the beginning or end of the file" said
read_by_tappy green.cut.tap
[ "$code" = 0 ]
read_by_tappy red.cut.tap
[ "$code" = 0 ] && grep -q "^OK (skipped=1)" said
cat > seen.cjs <<'END_OF'
const assert = require("node:assert");
const { readFileSync } = require("node:fs");
const { Parser } = require("tap-parser");

function read(name) {
  let result;
  new Parser((ended) => { result = ended; }).end(readFileSync(name));
  return [result.ok, result.pass, result.fail, result.skip];
}

console.log("tap-parser", read("green.tap"), read("red.tap"));
assert.deepEqual(read("green.tap"), [true, 2, 0, 0]);
assert.deepEqual(read("red.tap"), [false, 0, 1, 0]);
END_OF
node seen.cjs
