#!/usr/bin/env bash
# pytest-rerunfailures 16.7 with pytest 9.2.0 and junitparser 5.0.3, Python 3.11, 2026-11-29.
# `--reruns 2` repeats a test that fails, and the terminal says how many were repeated. With --junitxml one expects the report to say so as well, as Maven's does with flakyFailure, or to have the test once, as passed.
# It has an element for each run, of the same name, and none of those runs has a failure, a message or any mark: a test that failed and then passed has passed twice. `tests` counts
# it once, so the head of the report and its elements differ; a reader that counts elements, as junitparser does when it updates the totals, has more tests than there are. A test
# that failed in each of its three runs is two that passed and one that failed.
# A report group of CodeBuild, which reads this file, never shows that a test is flaky, and its rate of passed tests rises with each repetition.
# Seen: one test passes at the second try, one never: 2 tests in the head, 5 elements, 4 of them without a failure; the name that never passed has passed twice.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pytest==9.2.0 pytest-rerunfailures==16.7 junitparser==5.0.3
cd "$folder"
cat > test_shop.py <<'END_OF'
runs = []


def test_flaky():
    runs.append(1)
    assert len(runs) == 2, "the service was not ready"


def test_broken():
    assert False, "the price is wrong"
END_OF
venv/bin/python -m pytest -q -p no:cacheprovider --reruns 2 --junitxml=report.xml test_shop.py > terminal.txt || true
tail -1 terminal.txt
grep -q "1 failed, 1 passed, 3 rerun" terminal.txt
venv/bin/python - <<'END_OF'
from collections import Counter
from xml.etree import ElementTree

from junitparser import JUnitXml

suite = ElementTree.parse("report.xml").getroot().find("testsuite")
cases = suite.findall("testcase")
print("head:", suite.get("tests"), "tests,", suite.get("failures"), "failures; elements:", len(cases))
assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
assert Counter(case.get("name") for case in cases) == {"test_flaky": 2, "test_broken": 3}
bare = Counter(case.get("name") for case in cases if len(case) == 0)
print("without a failure:", dict(bare))
assert bare == {"test_flaky": 2, "test_broken": 2}
assert "not ready" not in open("report.xml").read()

report = JUnitXml.fromfile("report.xml")
for one in report:
    one.update_statistics()
report.update_statistics()
print("junitparser:", report.tests, "tests,", report.failures, "failure")
assert (report.tests, report.failures) == (5, 1)
END_OF
