#!/usr/bin/env bash
# croniter 7.0.0, cronsim 2.8 and cron-converter 2.0.2 (Python), cron-parser 5.10.6 and croner 11.0.1 (npm), Python 3.11, Node 20, 2026-11-29.
# All five know time zones. When the clocks go back the hour from two to three comes twice, and a job "at half past two" is expected to run once that night, one "every half an hour" each half an hour: so Debian's cron does
# it, and so four of the five do the first. croniter, which Airflow and many a queue of jobs stand on, runs the daily job twice, an hour apart. cron-converter runs that one once, and counts the second hour as gone for
# the other as well: every half an hour means a pause of an hour and a half. When the clocks go forward half past two is at three for three of them, and at half past three for cron-converter and cron-parser.
# A nightly invoice, or a copy that locks the one before it, is run twice on one night of the year; a health check that must come each half an hour is late once a year, and neither shows in a test of any other day.
# Seen, in Berlin, 31 October 2027: 00:30 and 01:30 UTC from croniter, 00:30 alone from the others; 00:30, 02:00, 02:30 from cron-converter; 28 March: 01:00 and 01:30.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check croniter==7.0.0 cronsim==2.8 cron-converter==2.0.2 tzdata
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund cron-parser@5.10.6 croner@11.0.1
cat > seen.cjs <<'END_OF'
const { CronExpressionParser } = require("cron-parser");
const { Cron } = require("croner");
const [expression, start] = process.argv.slice(2);
const timezone = "Europe/Berlin";
const times = CronExpressionParser.parse(expression, { currentDate: new Date(start), tz: timezone });
console.log(JSON.stringify({
  "cron-parser": [1, 2, 3].map(() => times.next().toDate().toISOString()),
  croner: new Cron(expression, { timezone }).nextRuns(3, new Date(start)).map((run) => run.toISOString()) }));
END_OF
cat > seen.py <<'END_OF'
import json
import subprocess
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from cron_converter import Cron
from croniter import croniter
from cronsim import CronSim


def short(run):
    return run.astimezone(UTC).strftime("%d %H:%M")


def runs(expression, start):
    local = datetime.fromisoformat(start).astimezone(ZoneInfo("Europe/Berlin"))
    by_croniter, by_cronsim = croniter(expression, local), CronSim(expression, local)
    by_converter = Cron(expression).schedule(local)
    found = {
        "croniter": [by_croniter.get_next(datetime) for _ in range(3)],
        "cronsim": [next(by_cronsim) for _ in range(3)],
        "cron-converter": [by_converter.next() for _ in range(3)],
    }
    ran = subprocess.run(["node", "seen.cjs", expression, start], capture_output=True, text=True, check=True)
    found |= {name: map(datetime.fromisoformat, times) for name, times in json.loads(ran.stdout).items()}
    return {name: [short(run) for run in times] for name, times in found.items()}


daily = runs("30 2 * * *", "2027-10-30T12:00:00+00:00")
often = runs("*/30 * * * *", "2027-10-31T00:10:00+00:00")
spring = {name: times[0] for name, times in runs("30 2 * * *", "2027-03-27T12:00:00+00:00").items()}
print(daily, often, spring, sep="\n")
once = ["31 00:30", "01 01:30", "02 01:30"]
assert daily.pop("croniter") == ["31 00:30", "31 01:30", "01 01:30"]
assert all(times == once for times in daily.values()) and len(daily) == 4
assert often.pop("cron-converter") == ["31 00:30", "31 02:00", "31 02:30"]
assert all(times == ["31 00:30", "31 01:00", "31 01:30"] for times in often.values())
assert spring == {
    "croniter": "28 01:00", "cronsim": "28 01:00", "croner": "28 01:00",
    "cron-converter": "28 01:30", "cron-parser": "28 01:30"}
END_OF
venv/bin/python seen.py
