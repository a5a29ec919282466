#!/usr/bin/env bash
# botocore 1.44.8, 2026-11-28.
# ECS forgets a stopped task after about an hour and a deleted service later; it answers MISSING then.
# The waiters disagree about what that means. `tasks_stopped` asks again until it is out of attempts
# (ten minutes with its own settings) although the task can never appear again, `services_inactive`
# calls it a failure although the service is as gone as can be, and `tasks_running` ends at once.
# Seen: "Max attempts exceeded", "Waiter encountered a terminal failure state" twice.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
${PYTHON:-python3.11} -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check botocore==1.44.8
"$folder/venv/bin/python" - <<'END'
import botocore.session
from botocore.exceptions import WaiterError
from botocore.stub import Stubber

ecs = botocore.session.get_session().create_client(
    "ecs", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x"
)
gone = [{"arn": "arn:aws:ecs:eu-central-1:111122223333:task/shop/0", "reason": "MISSING"}]


def ends_with(waiter, operation, answer, **request):
    with Stubber(ecs) as stub:
        for _ in range(5):
            stub.add_response(operation, answer)
        try:
            ecs.get_waiter(waiter).wait(**request, WaiterConfig={"Delay": 0, "MaxAttempts": 5})
        except WaiterError as error:
            return str(error)
    return "success"


tasks = {"tasks": [], "failures": gone}
services = {"services": [], "failures": gone}
stopped = ends_with("tasks_stopped", "describe_tasks", tasks, cluster="shop", tasks=["0"])
running = ends_with("tasks_running", "describe_tasks", tasks, cluster="shop", tasks=["0"])
inactive = ends_with("services_inactive", "describe_services", services, cluster="shop", services=["s"])
print("tasks_stopped:", stopped)
print("tasks_running:", running)
print("services_inactive:", inactive)
assert "Max attempts exceeded" in stopped
assert "terminal failure state" in running and "terminal failure state" in inactive
END
