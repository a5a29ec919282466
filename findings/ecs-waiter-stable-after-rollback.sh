#!/usr/bin/env bash
# botocore 1.44.8, 2026-11-28.
# The waiter `services_stable` of ECS succeeds when the circuit breaker has given up a deployment and
# put the old revision back. It counts deployments and running tasks and never reads `rolloutState`,
# so `aws ecs wait services-stable` ends with 0 after a release that failed.
# Seen: the waiter returns at the first answer; that answer's task definition is the old one and the
# deployment that was asked for is nowhere in it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check botocore==1.44.8
"$folder/venv/bin/python" - <<'END'
import botocore.session
from botocore.stub import Stubber

ecs = botocore.session.get_session().create_client(
    "ecs", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x"
)
ARN = "arn:aws:ecs:eu-central-1:111122223333:"
old, asked = ARN + "task-definition/shop:7", ARN + "task-definition/shop:8"
rolled_back = {
    "serviceName": "shop",
    "status": "ACTIVE",
    "desiredCount": 3,
    "runningCount": 3,
    "taskDefinition": old,
    "deployments": [
        {
            "id": "ecs-svc/1",
            "status": "PRIMARY",
            "taskDefinition": old,
            "desiredCount": 3,
            "runningCount": 3,
            "rolloutState": "COMPLETED",
            "rolloutStateReason": "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1.",
        }
    ],
    "events": [],
}
failed = {
    **rolled_back,
    "deployments": [{**rolled_back["deployments"][0], "taskDefinition": asked, "rolloutState": "FAILED"}],
}
for name, answer in (("rolled back", rolled_back), ("rolloutState FAILED", failed)):
    with Stubber(ecs) as stub:
        stub.add_response("describe_services", {"services": [answer], "failures": []})
        ecs.get_waiter("services_stable").wait(
            cluster="shop", services=["shop"], WaiterConfig={"Delay": 0, "MaxAttempts": 1}
        )
        stub.assert_no_pending_responses()
    print(f"{name}: the waiter says stable")
END
