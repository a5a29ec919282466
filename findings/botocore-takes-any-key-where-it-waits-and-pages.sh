#!/usr/bin/env bash
# botocore 1.44.8 with boto3 1.44.8, Python 3.11, 2026-11-29.
# boto3 refuses a slip wherever it takes options: a parameter of a request, an argument of Config, a key in `retries`, an extra argument of an upload, an argument of TransferConfig. So one expects it in `WaiterConfig` and `PaginationConfig` too. There any
# key passes and means nothing: MaxItem, max_items or maxItems read all pages, `delay` and `max_attempts`, as Python would have them and as Config has the second, wait as long as ever. Values are not looked at either: a text for MaxItems is a number, one for
# MaxAttempts is a TypeError at the first answer that is not the last. So it is in `s3` and `proxies_config` of Config: no word about "adressing_style".
# "At most one page" of a log group or a bucket is all of it, with its time and its bill, and a deployment that should give up after a minute waits for ten; a test with a Stubber has one answer and does not see it.
# Seen: 3 pages for the three keys and 1 for MaxItems; 39 pauses of 15 seconds for the two keys and 1 pause of 1 for Delay and MaxAttempts; errors for the slips elsewhere.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check botocore==1.44.8 boto3==1.44.8
cat > "$folder/seen.py" <<'END_OF'
import time

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import InvalidRetryConfigurationError, ParamValidationError, WaiterError
from botocore.stub import Stubber

account = {"region_name": "eu-central-1", "aws_access_key_id": "one", "aws_secret_access_key": "two"}
ecs, s3 = boto3.client("ecs", **account), boto3.client("s3", **account)
ROLLING = {"status": "ACTIVE", "desiredCount": 2, "runningCount": 1, "deployments": []}


def pages(**config):
    with Stubber(ecs) as stub:
        for number, more in enumerate(({"nextToken": "1"}, {"nextToken": "2"}, {})):
            stub.add_response("list_clusters", {"clusterArns": [f"arn:{number}"], **more})
        seen = len(list(ecs.get_paginator("list_clusters").paginate(PaginationConfig=config)))
    print("pages", config, seen)
    return seen


def pauses(**config):
    seen = []
    time.sleep = seen.append
    with Stubber(ecs) as stub:
        for _ in range(40):
            stub.add_response("describe_services", {"services": [ROLLING]})
        try:
            ecs.get_waiter("services_stable").wait(services=["web"], WaiterConfig=config)
        except (WaiterError, TypeError) as error:
            print("waits", config, seen[:1], len(seen), error)
            return (*seen[:1], len(seen)), type(error)


def refused(call, error):
    try:
        call()
    except error as said:
        print("refused:", str(said).splitlines()[-1][:80])
        return True
    return False


assert pages(MaxItems=1) == pages(MaxItems="1") == 1
assert {pages(MaxItem=1), pages(max_items=1), pages(maxItems=1)} == {3}
assert pauses(Delay=1, MaxAttempts=2) == ((1, 1), WaiterError)
assert pauses(delay=1, max_attempts=2) == pauses() == ((15, 39), WaiterError)
assert pauses(Delay=1, MaxAttempt=2) == ((1, 39), WaiterError)
assert pauses(Delay="1", MaxAttempts="2") == ((0,), TypeError)
Config(s3={"adressing_style": "path"}, proxies_config={"proxy_ca_bundel": "ca.pem"})

assert refused(lambda: ecs.list_clusters(maxResult=1), ParamValidationError)
assert refused(lambda: Config(read_timeouts=1), TypeError)
assert refused(lambda: Config(retries={"max_attempt": 1}), InvalidRetryConfigurationError)
assert refused(lambda: TransferConfig(multipart_treshold=1), TypeError)
assert refused(lambda: s3.upload_file(__file__, "shop", "key", ExtraArgs={"ContentTyp": "x"}), ValueError)
END_OF
"$folder/venv/bin/python" "$folder/seen.py"
