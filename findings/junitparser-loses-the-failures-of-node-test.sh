#!/usr/bin/env bash
# junitparser 5.0.3 (2026-09) with the test runner of Node 20, Python 3.11, 2026-11-28.
# `node --test --test-reporter=junit` puts a test that stands in no `describe` directly below <testsuites>. junitparser knows
# tests only inside of a <testsuite>. It raises nothing: the file has no tests for it, `verify`, whose exit code is there to
# stop a build, ends with 0 beside a test that failed, and `merge` leaves those tests out of what it writes. With a
# describe around the same test both are right.
# Seen: exit code 0 and no test in the merged file; 1 and one failure with the describe.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check junitparser==5.0.3
cd "$folder"
cat > flat.test.js <<'END'
const { test } = require("node:test");
test("the price is right", () => { throw new Error("wrong price"); });
END
cat > suite.test.js <<'END'
const { describe, test } = require("node:test");
describe("shop", () => { test("the price is right", () => { throw new Error("wrong price"); }); });
END
"$folder/venv/bin/python" - <<'END'
import subprocess
import sys
from pathlib import Path

from junitparser import JUnitXml

verified, merged = {}, {}
for name in ("flat", "suite"):
    command = ["node", "--test", "--test-reporter=junit", f"{name}.test.js"]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode == 1 and ended.stdout.count("<failure") == 1
    Path(f"{name}.xml").write_text(ended.stdout)
    tool = [sys.executable, "-m", "junitparser"]
    verified[name] = subprocess.run([*tool, "verify", f"{name}.xml"], stdout=subprocess.DEVNULL).returncode
    subprocess.run([*tool, "merge", f"{name}.xml", f"{name}.merged.xml"], check=True)
    merged[name] = (JUnitXml.fromfile(f"{name}.merged.xml").tests, Path(f"{name}.merged.xml").read_text().count("<failure"))
print("exit codes of verify", verified, "tests and failures after merge", merged)
assert verified == {"flat": 0, "suite": 1}
assert merged == {"flat": (0, 0), "suite": (1, 1)}
END
