"""What a deployment came to, from answers in the form that AWS gives."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from strata.release import model
from strata.release.verdict import Cause, Outcome, Seen, Wanted, advice, judge, progress
from strata.settings.models import Worker

START = datetime(2026, 11, 28, 12, tzinfo=UTC)
ARN = "arn:aws:ecs:eu-central-1:123456789012:task-definition/shop-dev"
WANTED = Wanted(revision=8, deployment="ecs-svc/8", since=START)


def deployment(revision: int, status: str, rollout: str, running: int = 3) -> dict[str, Any]:
    return {
        "id": f"ecs-svc/{revision}",
        "status": status,
        "taskDefinition": f"{ARN}:{revision}",
        "desiredCount": 3,
        "pendingCount": 0,
        "runningCount": running,
        "failedTasks": 0,
        "createdAt": START,
        "rolloutState": rollout,
        "rolloutStateReason": f"ECS deployment ecs-svc/{revision} {rollout.lower()}.",
    }


def stopped(reason: str, words: str = "", code: int | None = None, revision: int = 8) -> model.Task:
    container = {"name": "api", "reason": words}
    if code is not None:
        container["exitCode"] = code  # type: ignore[assignment]
    return model.task(
        {
            "taskArn": "arn:aws:ecs:eu-central-1:123456789012:task/shop-dev/abc",
            "taskDefinitionArn": f"{ARN}:{revision}",
            "lastStatus": "STOPPED",
            "desiredStatus": "STOPPED",
            "createdAt": START + timedelta(seconds=5),
            "stoppedAt": START + timedelta(seconds=9),
            "stoppedReason": reason,
            "containers": [container],
        }
    )


def seen(
    *deployments: dict[str, Any],
    tasks: tuple[model.Task, ...] = (),
    targets: tuple[str, ...] = ("healthy",) * 3,
    events: tuple[str, ...] = (),
) -> Seen:
    answer = {
        "serviceName": "shop-dev",
        "serviceArn": "arn:aws:ecs:eu-central-1:123456789012:service/shop-dev/shop-dev",
        "status": "ACTIVE",
        "taskDefinition": deployments[0]["taskDefinition"],
        "desiredCount": 3,
        "runningCount": 3,
        "pendingCount": 0,
        "deployments": list(deployments),
        "events": [
            {"createdAt": START + timedelta(seconds=10 - at), "message": message}
            for at, message in enumerate(events)
        ],
        "loadBalancers": [{"targetGroupArn": "arn:of:group"}],
    }
    found = [
        model.target(
            {
                "Target": {"Id": "i-1", "Port": 32768},
                "TargetHealth": {"State": state, "Reason": "Target.ResponseCodeMismatch"}
                if state == "unhealthy"
                else {"State": state},
            }
        )
        for state in targets
    ]
    return Seen(service=model.service(answer), tasks=list(tasks), targets=found)


OLD = deployment(7, "ACTIVE", "COMPLETED")
FAILED = deployment(8, "ACTIVE", "FAILED", running=0)
BACK = deployment(7, "PRIMARY", "COMPLETED")


OUTCOMES = [
    (seen(deployment(8, "PRIMARY", "COMPLETED")), Outcome.COMPLETED),
    (seen(deployment(8, "PRIMARY", "IN_PROGRESS"), OLD), Outcome.GOING_ON),
    # ECS may be done while the load balancer is not.
    (seen(deployment(8, "PRIMARY", "COMPLETED"), targets=("healthy",)), Outcome.GOING_ON),
    (seen(deployment(8, "PRIMARY", "FAILED", 0)), Outcome.FAILED),
    (seen(deployment(7, "PRIMARY", "IN_PROGRESS"), FAILED), Outcome.GOING_BACK),
    (seen(BACK, FAILED), Outcome.ROLLED_BACK),
    # ECS forgets the failed deployment once its tasks are gone; an event still says so.
    (seen(BACK, events=("(service s) (deployment ecs-svc/8) deployment failed: tasks failed to "
                        "start.",)), Outcome.ROLLED_BACK),
    (seen(deployment(9, "PRIMARY", "IN_PROGRESS"), OLD), Outcome.REPLACED),
    (seen(deployment(9, "PRIMARY", "COMPLETED")), Outcome.REPLACED),
]  # fmt: skip


def test_ecs_decides_what_became_of_it() -> None:
    for what, outcome in OUTCOMES:
        assert judge(WANTED, what, "api").outcome is outcome, what


STOPPED = [
    (stopped("Task failed to start", "CannotPullContainerError: manifest unknown"), Cause.PULL),
    (stopped("ResourceInitializationError: unable to pull secrets"), Cause.SECRET),
    (stopped("Task failed to start", "CannotStartContainerError: no such file"), Cause.START),
    (stopped("Essential container in task exited",
             "OutOfMemoryError: Container killed due to memory usage", 137), Cause.MEMORY),
    (stopped("Essential container in task exited", code=3), Cause.EXIT),
    (stopped("Task failed ELB health checks in (target-group arn:x)", code=143), Cause.HEALTH),
    (stopped("Task failed container health checks", code=143), Cause.HEALTH),
]  # fmt: skip


def test_the_stopped_task_says_what_failed() -> None:
    for task, cause in STOPPED:
        found = judge(WANTED, seen(BACK, FAILED, tasks=(task,)), "api")
        assert found.cause is cause, task.stopped_reason
        assert found.words.startswith(task.stopped_reason), task.stopped_reason
        assert found.advice, task.stopped_reason


def test_what_ecs_stopped_itself_and_other_revisions_are_no_cause() -> None:
    scaled = stopped("Scaling activity initiated by (deployment ecs-svc/8)", code=143)
    other = stopped("Essential container in task exited", code=1, revision=7)
    found = judge(WANTED, seen(BACK, FAILED, tasks=(scaled, other)), "api")
    assert found.cause is Cause.SLOW


def test_without_a_stopped_task_an_event_or_a_target_says_what_hinders() -> None:
    going = deployment(8, "PRIMARY", "IN_PROGRESS", 0)
    unplaced = "(service s) was unable to place a task because no container instance met all of"
    found = judge(WANTED, seen(going, OLD, events=("(service s) has started", unplaced)), "api")
    assert (found.cause, found.words) == (Cause.PLACEMENT, unplaced)
    assert [event.message for event in found.events] == [unplaced, "(service s) has started"]
    ill = judge(WANTED, seen(going, OLD, targets=("healthy", "unhealthy", "unhealthy")), "api")
    assert ill.cause is Cause.HEALTH
    assert ill.targets == ["2 targets: Target.ResponseCodeMismatch"]


def test_events_before_the_deployment_are_not_its_own() -> None:
    late = Wanted(revision=8, deployment="ecs-svc/8", since=START + timedelta(seconds=10))
    found = judge(late, seen(BACK, FAILED, events=("now", "before")), "api")
    assert [event.message for event in found.events] == ["now"]


def test_progress_counts_the_old_tasks_apart() -> None:
    found = progress(WANTED, seen(deployment(8, "PRIMARY", "IN_PROGRESS", 1), OLD))
    assert str(found) == "3 wanted, 1 running, 3 healthy, 3 draining"


def test_the_advice_for_one_of_services_names_its_own_settings() -> None:
    for cause in Cause:
        words = advice(cause, "mail")
        assert not re.search(r"\bservice\.", words), f"{cause}: those of [service]"
        for key in re.findall(r"services\.mail\.(\w+)", words):
            assert key in Worker.model_fields, cause
        if "strata " in words:
            assert "ENV --service mail" in words, cause
        assert not re.search(r"services|--service", advice(cause)), cause


def test_a_verdict_on_one_of_services_has_its_advice() -> None:
    ill = stopped("Task failed ELB health checks in (target-group arn:x)", code=143)
    found = judge(WANTED, seen(BACK, FAILED, tasks=(ill,)), "api", "mail")
    assert "[services.mail.route]" in found.advice
