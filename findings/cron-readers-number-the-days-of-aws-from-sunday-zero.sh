#!/usr/bin/env bash
# cron-descriptor 2.2.1 (2026-10), cronstrue 3.39.0, croniter 7.0.0 and pyawscron 1.0.7, Python 3.11, Node 20, 2026-11-28.
# The two that put a cron expression into words read the six fields of EventBridge well: the `?`, the year at the
# end, L, W and #. The days of the week they count as Unix does all the same, from Sunday as 0, where the
# form with these signs has Sunday as 1. So 2-6, Monday to Friday on AWS, is described as "Tuesday through Saturday", 6L as the
# last Saturday. croniter agrees with them in its days, and runs on a Saturday what AWS runs on a Friday. An option turns
# the first two round; nothing in the text of the expression does.
# Seen: those words; the first run after Saturday 28 November is Monday the 30th by pyawscron and Tuesday by croniter.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check cron-descriptor==2.2.1 croniter==7.0.0 pyawscron==1.0.7
npm install --silent --no-audit --no-fund --prefix "$folder" cronstrue@3.39.0
cd "$folder"
node -e '
const cronstrue = require("cronstrue");
console.log(cronstrue.toString("0 18 ? * 2-6 *"));
console.log(cronstrue.toString("0 18 ? * 2-6 *", { dayOfWeekStartIndexZero: false }));' > words
"$folder/venv/bin/python" - <<'END'
from datetime import UTC, datetime
from pathlib import Path

from cron_descriptor import get_description
from croniter import croniter
from pyawscron import AWSCron

WEEK = "0 18 ? * 2-6 *"
saturday = datetime(2026, 11, 28, 20, tzinfo=UTC)
node = Path("words").read_text().splitlines()
python = [get_description(text) for text in (WEEK, "0 10 ? * 6L 2027")]
first = [AWSCron(WEEK).occurrence(saturday).next().strftime("%A"), croniter(WEEK, saturday).get_next(datetime).strftime("%A")]
print(node, python, first)
assert node == ["At 06:00 PM, Tuesday through Saturday", "At 06:00 PM, Monday through Friday"]
assert python == ["At 06:00 PM, Tuesday through Saturday", "At 10:00 AM, on the last Saturday of the month, only in 2027"]
assert first == ["Monday", "Tuesday"]
END
