#!/usr/bin/env bash
# croniter 7.0.0, cronsim 2.8 and cron-converter 2.0.2 (Python), cron-parser 5.10.6 and croner 11.0.1 (npm), Python 3.11, Node 20, 2026-11-29.
# Where a day of the month and a day of the week are both given, cron runs on days that are either. That much is known; what counts as given is not. To cron itself a field that begins with a star is not, so
# "0 0 */2 * 1" is a Monday with an odd date. cronsim and cron-converter take it so. For croniter, cron-parser and croner `*/2` is given, and the same line runs on every odd day and on every Monday: 18 times in
# December 2026 in place of twice. cron-converter goes by what a field stands for, and takes 1-31 for a star too, so "0 0 1-31 * 1" is Mondays to it and every day to the four others.
# And `5/15`, which AWS and most libraries read as 5, 20, 35 and 50, is the 5 alone to cron-converter, and an error to croner.
# A line from a crontab so costs nine times as much, or a job runs once an hour in place of four times, when it moves to a task with one of these libraries; all of them say that the line is valid.
# Seen: how often each runs in December 2026, and in one hour.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check croniter==7.0.0 cronsim==2.8 cron-converter==2.0.2
cd "$folder"
echo '{}' > package.json
npm install --silent --no-audit --no-fund cron-parser@5.10.6 croner@11.0.1
cat > seen.cjs <<'END_OF'
const { CronExpressionParser } = require("cron-parser");
const { Cron } = require("croner");
const [expression, start, end] = process.argv.slice(2);

function counted(next) {
  let count = 0;
  for (let run = next(); run < new Date(end); run = next()) count += 1;
  return count;
}

const times = CronExpressionParser.parse(expression, { currentDate: new Date(start), tz: "UTC" });
const seen = { "cron-parser": counted(() => times.next().toDate()) };
try {
  const cron = new Cron(expression, { timezone: "UTC" });
  let last = new Date(start);
  seen.croner = counted(() => { last = cron.nextRun(last); return last; });
} catch (error) {
  seen.croner = error.constructor.name;
}
console.log(JSON.stringify(seen));
END_OF
cat > seen.py <<'END_OF'
import json
import subprocess
from datetime import datetime, timedelta

from cron_converter import Cron
from croniter import croniter
from cronsim import CronSim


def counted(following, end):
    count = 0
    while following().replace(tzinfo=end.tzinfo) < end:
        count += 1
    return count


def runs(expression, start, end):
    first, last = datetime.fromisoformat(start) - timedelta(seconds=1), datetime.fromisoformat(end)
    by_croniter, by_cronsim = croniter(expression, first), CronSim(expression, first)
    seen = {
        "croniter": counted(lambda: by_croniter.get_next(datetime), last),
        "cronsim": counted(lambda: next(by_cronsim), last),
        "cron-converter": counted(Cron(expression).schedule(first).next, last),
    }
    command = ["node", "seen.cjs", expression, first.isoformat(), last.isoformat()]
    return seen | json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


december = "2026-12-01T00:00:00+00:00", "2027-01-01T00:00:00+00:00"
hour = "2026-12-01T00:00:00+00:00", "2026-12-01T01:00:00+00:00"
odd, all_days = runs("0 0 */2 * 1", *december), runs("0 0 1-31 * 1", *december)
steps = runs("5/15 * * * *", *hour)
print(odd, all_days, steps, sep="\n")
assert odd == {"croniter": 18, "cronsim": 2, "cron-converter": 2, "cron-parser": 18, "croner": 18}
assert all_days == {"croniter": 31, "cronsim": 31, "cron-converter": 4, "cron-parser": 31, "croner": 31}
assert steps == {"croniter": 4, "cronsim": 4, "cron-converter": 1, "cron-parser": 4, "croner": "TypeError"}
END_OF
venv/bin/python seen.py
