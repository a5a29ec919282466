#!/usr/bin/env bash
# botocore 1.44.8, Python 3.11, 2026-11-28.
# A timestamp may be given as a text, and ISO 8601's date without hyphens is one that the same library reads when a
# time follows it (20261120T100000Z). Alone it is tried as a number first, so 20261120 is sent as an August
# day of 1970, and 2026 as half an hour after midnight of its first day; events "since 20261120" are asked for from 56 years.
# A month without a day, 2026-11, is no error and not its first day: it gets the day of the month on which
# the code runs (the last day, where the month is shorter).
# Seen: what RDS' DescribeEvents would have sent as StartTime, for each of these.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check botocore==1.44.8
cat > "$folder/sent.py" <<'END'
from datetime import date
from urllib.parse import parse_qs

from botocore.awsrequest import AWSResponse
from botocore.session import get_session

client = get_session().create_client(
    "rds", region_name="eu-central-1", aws_access_key_id="none", aws_secret_access_key="none"
)
sent = []


def keep(request, **_):
    """Note the request, and answer it here."""
    body = request.body.decode() if isinstance(request.body, bytes) else request.body
    sent.append(parse_qs(body)["StartTime"][0])
    return AWSResponse(request.url, 200, {}, None)


client.meta.events.register("before-send", keep)


def start(text):
    try:
        client.describe_events(StartTime=text, EndTime="2026-11-30T00:00:00Z")
    except Exception:
        # The empty answer cannot be read; the request is what counts.
        if not sent:
            raise
    print(f"{text:18}", sent[-1])
    return sent[-1]


assert start("20261120T100000Z") == "2026-11-20T10:00:00Z"
assert start("20261120") == "1970-08-23T12:05:20Z"
assert start("2026") == "1970-01-01T00:33:46Z"
before = date.today()
month = start("2026-11")
assert month in {f"2026-11-{min(day.day, 30):02}T00:00:00Z" for day in (before, date.today())}
END
TZ=UTC "$folder/venv/bin/python" -W ignore "$folder/sent.py"
