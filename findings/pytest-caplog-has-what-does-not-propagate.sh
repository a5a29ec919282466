#!/usr/bin/env bash
# pytest 9.2.0 and 8.4.2, Python 3.11, 2026-11-29.
# A logger with `propagate = False` (uvicorn's, many agents' and SDKs') gives nothing to the root logger, so that for years caplog had none of its records, and tests assert that
# or set propagate for themselves. pytest 9 has them: before each part of a test it adds its handlers to every logger that does not propagate at that moment.
# What stops to propagate within the test, as a program does that configures its logging when it starts, is not among them: the same two lines give a record or none, by who comes first.
# To find those loggers it goes through all that were ever made, twice in each of the three parts of a test: with the 1,100 of botocore and checkov it is what a
# profile of many small tests shows first. `-p no:logging` leaves it out.
# Seen: 9.2.0 has the record of the logger that was set before, and not of the one set within; 8.4.2 has neither. 6 walks through all loggers a test, and 0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > test_log.py <<'END_OF'
import logging


class Counted(dict):
    walks = 0

    def values(self):
        Counted.walks += 1
        return super().values()


logging.root.manager.loggerDict = Counted(logging.root.manager.loggerDict)
logging.getLogger("before").propagate = False


def test_records(caplog):
    logging.getLogger("before").warning("one")
    logging.getLogger("within").propagate = False
    logging.getLogger("within").warning("two")
    print("has", [record.name for record in caplog.records])
    Counted.walks = 0


def test_small():
    pass


def test_walks():
    # Since the call of the first: its end, all of the second, and what comes before this one's call.
    print("walks", Counted.walks)
END_OF
for version in 9.2.0 8.4.2; do
  ${PYTHON:-python3.11} -m venv "venv-$version"
  "venv-$version/bin/pip" install --quiet --disable-pip-version-check "pytest==$version"
  "venv-$version/bin/python" -m pytest -q -s -p no:cacheprovider test_log.py > "$version.txt"
  echo "$version: $(grep -o "has .*\]" "$version.txt"), $(grep -o "walks [0-9]*" "$version.txt")"
done
grep -q "has \['before'\]" 9.2.0.txt
grep -q "has \[\]" 8.4.2.txt
grep -q "walks 12" 9.2.0.txt
grep -q "walks 0" 8.4.2.txt
