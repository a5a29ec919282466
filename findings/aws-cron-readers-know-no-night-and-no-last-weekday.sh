#!/usr/bin/env bash
# pyawscron 1.0.7, aws-croniter 2.1.1 (2026-06) and aws-cron-expression-validator 1.1.15, Python 3.11, 2026-11-28.
# All three were made for the cron expressions of AWS. AWS' user guide has a schedule for the night, "0/30 20-2 ? * MON-FRI *", whose
# hours go round midnight, and says that L is the last day of the week in that field and LW the last weekday of the month in the other. The
# validator takes each. pyawscron ends in an exception for all three, two of them only when it is asked for the next
# run; aws-croniter knows the night, raises for LW, and for the L it answers a list with None in it, as if there were no run.
# Seen: for each of the three, what each of the two answers; the validator returns all of them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyawscron==1.0.7 aws-croniter==2.1.1 aws-cron-expression-validator==1.1.15
"$folder/venv/bin/python" - <<'END'
from datetime import UTC, datetime

from aws_cron_expression_validator.validator import AWSCronExpressionValidator
from aws_croniter import AwsCroniter
from pyawscron import AWSCron

start = datetime(2026, 11, 28, 21, tzinfo=UTC)


def attempt(call):
    try:
        return call()
    except Exception as error:  # the libraries raise plain Exception and ValueError
        return type(error).__name__


found = {}
for text in ("0/30 20-2 ? * MON-FRI *", "0 9 ? * L *", "0 9 LW * ? *"):
    assert AWSCronExpressionValidator.validate(text) == text
    found[text] = (attempt(lambda: AWSCron(text).occurrence(start).next()), attempt(lambda: AwsCroniter(text).get_next(start)))
    print(text, *found[text])
assert found["0/30 20-2 ? * MON-FRI *"] == ("Exception", [datetime(2026, 11, 30, 0, 0, tzinfo=UTC)])
assert found["0 9 ? * L *"] == ("Exception", [None])
assert found["0 9 LW * ? *"] == ("ValueError", "ValueError")
END
