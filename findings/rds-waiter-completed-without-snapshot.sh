#!/usr/bin/env bash
# botocore 1.44.8, 2026-11-28.
# `rds wait db-snapshot-completed` succeeds for a snapshot that does not exist: its acceptors take the
# error DBSnapshotNotFound for success, as a waiter for a deletion would. A mistyped name, or a
# snapshot whose making failed and was cleaned up, passes for a backup. `db_snapshot_available`, the
# waiter of nearly the same name, raises on the same answer.
# Seen: the first returns without a word, the second ends with a terminal failure.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check botocore==1.44.8
"$folder/venv/bin/python" - <<'END'
import botocore.session
from botocore.exceptions import WaiterError
from botocore.stub import Stubber

rds = botocore.session.get_session().create_client(
    "rds", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x"
)


def wait(name):
    with Stubber(rds) as stub:
        stub.add_client_error("describe_db_snapshots", "DBSnapshotNotFound", "no such snapshot", 404)
        try:
            rds.get_waiter(name).wait(
                DBSnapshotIdentifier="before-upgrade", WaiterConfig={"Delay": 0, "MaxAttempts": 1}
            )
        except WaiterError as error:
            return str(error)
    return "success"


completed, available = wait("db_snapshot_completed"), wait("db_snapshot_available")
print("db_snapshot_completed:", completed)
print("db_snapshot_available:", available)
assert completed == "success"
assert "DBSnapshotNotFound" in available
END
