#!/usr/bin/env bash
# responses 0.26.3 and requests-mock 1.12.1 with requests 2.34.2 and urllib3 2.8.0, Python 3.11, 2026-11-29.
# Both put prepared answers in place of the network, and leave `requests` as it is: what it refuses is expected to be refused in a test too. A header that is a number is. But they stand in for the
# adapter, and it is there that much of a call is looked at: a timeout that is a text, zero or three numbers, and a bundle of certificates for `verify` or `cert` that
# is not there. With either library such calls are answered; without, they are a ValueError or an OSError before a byte is sent. `json_params_matcher` of responses compares as Python
# does, so that true, 1 and 1.0 are one value, of which an API that is strict takes one.
# A timeout comes from the environment of a task, where all is text, and the bundle of RDS or a private CA from a path of the image: every test is green and every call of the service fails.
# Seen: timeout="5", 0, (1, 2, 3) and verify="/missing.pem" are "ok" with both, and errors with requests alone; {"force": true} matches {"force": 1}.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check responses==0.26.3 requests-mock==1.12.1 requests==2.34.2 urllib3==2.8.0
env -u REQUESTS_CA_BUNDLE -u CURL_CA_BUNDLE "$folder/venv/bin/python" - <<'END_OF'
import requests
import requests_mock
import responses
from responses.matchers import json_params_matcher

URL = "https://127.0.0.1:9/status"
CALLS = [
    {"timeout": "5"},
    {"timeout": 0},
    {"timeout": (1, 2, 3)},
    {"verify": "/missing.pem"},
    {"cert": "/missing.pem"},
    {"headers": {"X-Try": 5}},
]


def call(options):
    try:
        return requests.get(URL, **options).text
    except Exception as error:
        return type(error).__name__


alone = [call(options) for options in CALLS]
with responses.RequestsMock() as mock:
    mock.get(URL, body="ok")
    first = [call(options) for options in CALLS]
with requests_mock.Mocker() as mock:
    mock.get(URL, text="ok")
    second = [call(options) for options in CALLS]
for options, *ends in zip(CALLS, alone, first, second):
    print(options, "requests:", ends[0], "responses:", ends[1], "requests-mock:", ends[2])
assert alone == ["ValueError"] * 3 + ["OSError"] * 2 + ["InvalidHeader"]
assert first == second == ["ok"] * 5 + ["InvalidHeader"]

with responses.RequestsMock() as mock:
    mock.post(URL, body="ok", match=[json_params_matcher({"force": 1})])
    matched = requests.post(URL, json={"force": True}).text
print("true for 1:", matched)
assert matched == "ok"
END_OF
