#!/usr/bin/env bash
# aws-secretsmanager-caching 1.2.0 (2026-09), Python 3.11, 2026-11-29.
# AWS' own cache for secrets has `refresh_secret_now`, for a password that was rotated a moment ago. Before it asks it sleeps, 2.5 to 5
# seconds by chance, although nothing failed before: for a request of a web API that is longer than its client waits, and an event loop stands
# still. A refresh that fails says False there and nothing anywhere else: `get_secret_string` goes on with the old value without an error, also
# when the secret was deleted or the role may no longer read it; only a value that was never read raises. A secret that was taken away
# so shows as a failed login at the database, and never as what it is.
# Seen: one sleep between 2.5 and 5.1 seconds, then the new value; False and the old value three times after AccessDeniedException.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check aws-secretsmanager-caching==1.2.0
"$folder/venv/bin/python" - <<'END_OF'
import time

import botocore.session
from aws_secretsmanager_caching import SecretCache, SecretCacheConfig
from botocore.exceptions import ClientError
from botocore.stub import Stubber

keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
client = botocore.session.get_session().create_client("secretsmanager", region_name="eu-central-1", **keys)
stub = Stubber(client)
stub.activate()
slept = []
time.sleep = slept.append


def current(version):
    stub.add_response("describe_secret", {"VersionIdsToStages": {version: ["AWSCURRENT"]}})
    stub.add_response("get_secret_value", {"SecretString": "password of " + version, "VersionId": version})


cache = SecretCache(config=SecretCacheConfig(secret_refresh_interval=3600), client=client)
current("1" * 32)
first = cache.get_secret_string("db")
current("2" * 32)
refreshed = cache.refresh_secret_now("db")
second = cache.get_secret_string("db")
print(first, slept, refreshed, second)
assert first.endswith("1") and refreshed is True and second.endswith("2")
assert len(slept) == 1 and 2.5 <= slept[0] <= 5.1

stub.add_client_error("describe_secret", "AccessDeniedException")
refused = cache.refresh_secret_now("db")
after = [cache.get_secret_string("db") for _ in range(3)]
stub.add_client_error("describe_secret", "AccessDeniedException")
try:
    cache.get_secret_string("other")
    never = "returned"
except ClientError as error:
    never = error.response["Error"]["Code"]
print(refused, after, never)
assert refused is False and set(after) == {second} and never == "AccessDeniedException"
stub.assert_no_pending_responses()
END_OF
