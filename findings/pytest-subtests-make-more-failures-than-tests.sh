#!/usr/bin/env bash
# pytest 9.2.0 (2026-10) with junitparser 5.0.3, Python 3.11, 2026-11-28.
# Since its ninth release pytest has subtests of its own. In the JUnit report they are no test cases: each that fails is one more <failure> of
# the one case, the case itself gets another for having failed ones, and those that pass leave nothing. The numbers in the head count
# them all the same. So a file may have one test case and three failures, more failures than cases, the head speaks of more tests than the file
# has, and a reader that takes passed = tests - failures from the cases (junitparser counts like that) is below zero.
# Seen: for one test with four subtests of which two fail: 5 tests in the head, 1 case, 3 failures.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pytest==9.2.0 junitparser==5.0.3
cd "$folder"
cat > test_shop.py <<'END'
def test_prices(subtests):
    for number in range(4):
        with subtests.test(number=number):
            assert number % 2 == 0
END
"$folder/venv/bin/python" -m pytest -q -p no:cacheprovider --junitxml=report.xml test_shop.py > output && exit 1
tail -1 output
"$folder/venv/bin/python" - <<'END'
import xml.etree.ElementTree as ElementTree

from junitparser import JUnitXml

head = ElementTree.parse("report.xml").getroot()[0]
cases = list(head.iter("testcase"))
recount = JUnitXml.fromfile("report.xml")
recount.update_statistics()
seen = (head.get("tests"), head.get("failures"), len(cases), [child.tag for child in cases[0]], recount.tests, recount.failures)
print(seen)
assert seen == ("5", "3", 1, ["failure"] * 3, 1, 3)
END
