"""What an apply says of a deployment, by what ECS answers about the service."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from strata.apply import deployment
from strata.apply.deployment import (
    Deployment,
    Service,
    applied_services,
    explained,
    judge,
    require,
    watch_command,
)
from strata.errors import StrataError
from strata.release import model
from strata.release.model import Container, Target, Task
from strata.release.place import Place
from strata.release.verdict import Seen, Verdict
from strata.settings import Settings, load
from strata.settings.models import Environment, Worker
from strata.state.states import State

Json = dict[str, Any]
LOCAL = load("local")
SERVICE = Service(cluster="shop-local", name="shop-local", revision="shop-local:2")
ARN = "arn:aws:ecs:eu-central-1:123456789012:"
BREAKER = "ECS deployment circuit breaker: "
PULL = "(service shop-local) (deployment ecs-svc/2) deployment failed: tasks failed to start."
STEADY = "(service shop-local) has reached a steady state."
BEGAN = datetime(2026, 11, 28, 12, tzinfo=UTC)


def rollout(revision: int, state: str | None, reason: str = "", status: str = "PRIMARY") -> Json:
    entry: Json = {
        "id": f"ecs-svc/{revision}",
        "status": status,
        "taskDefinition": f"{ARN}task-definition/shop-local:{revision}",
        "rolloutStateReason": reason,
        "desiredCount": 3,
        "runningCount": 0,
        "pendingCount": 0,
        "createdAt": BEGAN,
    }
    return {**entry, "rolloutState": state} if state else entry


def answer(*deployments: Json, running: int = 3, events: tuple[str, ...] = ()) -> Seen:
    """What ECS says of the service; one of its tasks was killed."""
    primary = deployments[0]["taskDefinition"]
    described = {
        "serviceName": "shop-local",
        "serviceArn": f"{ARN}service/shop-local/shop-local",
        "status": "ACTIVE",
        "taskDefinition": primary,
        "deployments": [{**deployments[0], "runningCount": running}, *deployments[1:]],
        "runningCount": running,
        "pendingCount": 0,
        "desiredCount": 3,
        "events": [
            {"message": message, "createdAt": BEGAN + timedelta(minutes=len(events) - number)}
            for number, message in enumerate(events)
        ],
    }
    return Seen(service=model.service(described), tasks=[KILLED], targets=[])


KILLED = Task(
    id="4f0c", revision=2, last_status="STOPPED", desired_status="STOPPED",
    started_by="ecs-svc/2", created_at=BEGAN, stopped_at=BEGAN + timedelta(seconds=30),
    stopped_reason="Essential container in task exited",
    containers=[Container(name="api", exit_code=137)],
)  # fmt: skip
COMPLETED = answer(rollout(2, "COMPLETED"), events=(STEADY,))
GOING = answer(rollout(2, "IN_PROGRESS"), rollout(1, "COMPLETED", status="ACTIVE"), running=1)
FIRST_FAILED = answer(
    rollout(2, "FAILED", f"{BREAKER}tasks failed to start."), running=0, events=(PULL, STEADY)
)
ROLLING_BACK = answer(
    rollout(1, "IN_PROGRESS", f"{BREAKER}rolling back to deploymentId ecs-svc/1."),
    rollout(2, "FAILED", f"{BREAKER}tasks failed to start.", "ACTIVE"),
    running=2,
)
ROLLED_BACK = answer(rollout(1, "COMPLETED", "ECS deployment completed."), events=(STEADY, PULL))


@pytest.fixture(autouse=True)
def logged(monkeypatch: pytest.MonkeyPatch) -> None:
    def with_log(_: Environment, __: Place, found: Verdict) -> Verdict:
        return found.model_copy(update={"log": ["no such table: users"]})

    monkeypatch.setattr(deployment, "with_log", with_log)


NOTHING_APPLIED = object()


def ecs_says(patch: pytest.MonkeyPatch, *answers: Any) -> None:
    """Let ECS give these answers one after the other, the last one from then on."""
    left = list(answers)

    def look(_: Settings) -> list[Deployment]:
        given = left.pop(0) if len(left) > 1 else left[0]
        return [] if given is NOTHING_APPLIED else [judge(SERVICE, given)]

    patch.setattr(deployment, "look", look)


def waiting(*, wait: bool) -> Settings:
    service = LOCAL.service.model_copy(update={"wait_for_steady_state": wait})
    return LOCAL.model_copy(update={"service": service})


@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize(
    ("given", "first"),
    [
        (FIRST_FAILED, "the deployment of shop-local:2 has failed: 0 of 3 tasks run"),
        (ROLLING_BACK, "ECS does not run shop-local:2, which was applied: it runs shop-local:1, 2"),
        (ROLLED_BACK, "ECS does not run shop-local:2, which was applied: it runs shop-local:1, 3"),
        (None, "ECS does not run shop-local:2, which was applied: it runs nothing"),
    ],
)
def test_what_ecs_has_given_up_is_a_failure_in_its_words_with_or_without_a_wait(
    wait: bool, given: Seen | None, first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ecs_says(monkeypatch, given)
    with pytest.raises(StrataError) as error:
        require(waiting(wait=wait), changed=True)
    lines = error.value.message.splitlines()
    assert lines[0].startswith(first)
    if given is FIRST_FAILED or given is ROLLING_BACK:
        assert f"ECS: {BREAKER}tasks failed to start." in lines
    if given is FIRST_FAILED or given is ROLLED_BACK:
        assert f"ECS: {PULL}" in lines
    if given is not None:
        assert "ECS: Essential container in task exited" in lines
        assert "exit code 137 (task 4f0c)" in lines
        assert lines[lines.index("last lines of task 4f0c:") + 1] == "  no such table: users"
        assert "read the log: the application ends by itself" in (error.value.hint or "")
    assert STEADY not in error.value.message
    # Of the deployment that it was rolled back to, which is no reason.
    assert "completed" not in error.value.message
    # A revision that failed with nothing before it stays: only a new deployment of it helps.
    assert ("--force-new-deployment" in (error.value.hint or "")) == (given is FIRST_FAILED)


@pytest.mark.parametrize("wait", [True, False])
def test_a_completed_deployment_and_an_environment_without_service_are_right(
    wait: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for given in (COMPLETED, NOTHING_APPLIED):
        ecs_says(monkeypatch, given)
        require(waiting(wait=wait), changed=True)


def test_a_deployment_that_goes_on_is_waited_for_only_where_the_settings_say_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slept: list[float] = []
    ecs_says(monkeypatch, GOING)
    told: list[str] = []
    require(waiting(wait=False), changed=True, sleep=slept.append, tell=told.append)
    assert (slept, told) == ([], [])
    ecs_says(monkeypatch, GOING, GOING, COMPLETED)
    require(waiting(wait=True), changed=True, sleep=slept.append, tell=told.append)
    assert len(slept) == 2
    assert told == ["until ECS has deployed shop-local"] * 2
    ecs_says(monkeypatch, GOING, ROLLED_BACK)
    with pytest.raises(StrataError, match="it runs shop-local:1"):
        require(waiting(wait=True), changed=True, sleep=slept.append)


def test_a_deployment_that_never_gets_steady_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    ecs_says(monkeypatch, GOING)
    with pytest.raises(StrataError, match="shop-local:2 is in progress: 1 of 3 tasks run"):
        require(waiting(wait=True), changed=True, patience=-1)


def test_an_apply_without_a_change_asks_nothing_of_the_targets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What ECS has completed is not waited for again because one target is ill just now."""
    ill = COMPLETED.model_copy(
        update={
            "service": COMPLETED.service.model_copy(update={"target_group": f"{ARN}group"}),
            "targets": [Target(id="i-1", port=1, state="unhealthy")],
        }
    )
    ecs_says(monkeypatch, ill)
    require(waiting(wait=True), changed=False, patience=-1)
    with pytest.raises(StrataError, match="is in progress"):
        require(waiting(wait=True), changed=True, patience=-1)


def test_an_apply_without_a_change_finds_a_failed_deployment_and_takes_another_revision(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ecs_says(monkeypatch, ROLLED_BACK)
    require(LOCAL, changed=False)
    ecs_says(monkeypatch, FIRST_FAILED)
    with pytest.raises(StrataError, match="has failed"):
        require(LOCAL, changed=False)


@pytest.mark.parametrize(
    ("running", "deployments", "state"),
    [(3, 1, "completed"), (2, 1, "in progress"), (3, 2, "in progress")],
)
def test_without_a_rollout_state_the_counts_decide(
    running: int, deployments: int, state: str
) -> None:
    older = [rollout(1, None, status="ACTIVE")] * (deployments - 1)
    assert judge(SERVICE, answer(rollout(2, None), *older, running=running)).state == state


def test_the_advice_on_one_of_services_is_its_own() -> None:
    whole = f"{ARN}cluster/shop-local"
    mail = Service(whole, "shop-local-mail-2", "shop-local-mail-2:2")
    assert (mail.key, Service(whole, "shop-local", "shop-local:2").key) == ("mail-2", "")
    slow = answer(rollout(2, "IN_PROGRESS"), running=1).model_copy(update={"tasks": []})
    found = judge(mail, slow).verdict
    assert found
    assert "strata deploy ENV --service mail-2 --watch-only" in found.advice


def test_terraforms_own_error_is_followed_by_what_ecs_says(monkeypatch: pytest.MonkeyPatch) -> None:
    timeout = StrataError("Error: waiting for ECS Service: timeout", "all of it: service.log")
    ecs_says(monkeypatch, FIRST_FAILED)
    told = explained(LOCAL, timeout)
    assert told.message.startswith("Error: waiting for ECS Service: timeout\nthe deployment of ")
    assert told.hint == "all of it: service.log"
    for given in (COMPLETED, NOTHING_APPLIED):
        ecs_says(monkeypatch, given)
        assert explained(LOCAL, timeout) is timeout


def resource(kind: str, **attributes: Any) -> Json:
    return {"mode": "managed", "type": kind, "name": "x", "instances": [{"attributes": attributes}]}


@pytest.mark.parametrize("read_back", [2, 1])
def test_the_revision_that_was_applied_is_the_task_definitions(read_back: int) -> None:
    """The state has the service as it was after a rollback that ended within the apply."""
    arn = f"{ARN}task-definition/shop-local:{read_back}"
    service = resource(
        "aws_ecs_service", cluster="shop-local", name="shop-local", task_definition=arn
    )
    task = resource("aws_ecs_task_definition", family="shop-local", revision=2)
    other = resource("aws_ecs_task_definition", family="shop-local-once", revision=9)
    state = State("l", 1, {"resources": [other, task, service]})
    assert applied_services(state, LOCAL) == [SERVICE]
    assert judge(SERVICE, ROLLED_BACK).state == "failed"


def test_without_a_service_in_the_state_nothing_was_applied() -> None:
    assert applied_services(State("l", 1, {"resources": []}), LOCAL) == []
    assert applied_services(None, LOCAL) == []


SERVED = LOCAL.model_copy(
    update={"services": {name: Worker(command=[name]) for name in ("mail", "orders")}}
)
MAIL = Service(cluster="shop-local", name="shop-local-mail", revision="shop-local-mail:2")


def of_mail(seen: Seen) -> Seen:
    return Seen.model_validate_json(
        seen.model_dump_json().replace("/shop-local:", "/shop-local-mail:")
    )


def both_say(patch: pytest.MonkeyPatch, of_service: Seen, worker: Seen) -> None:
    given = [judge(SERVICE, of_service), judge(MAIL, of_mail(worker))]
    patch.setattr(deployment, "look", lambda _: given)


def test_each_service_of_the_settings_was_applied_with_its_own_revision() -> None:
    """One that the settings have no longer, or not yet an apply, is not asked about."""
    names = ("shop-local-gone", "shop-local-mail", "shop-local")
    resources = [
        one
        for name in names
        for one in (
            resource("aws_ecs_service", cluster="shop-local", name=name,
                     task_definition=f"{ARN}task-definition/{name}:1"),
            resource("aws_ecs_task_definition", family=name, revision=2),
        )
    ]  # fmt: skip
    assert applied_services(State("l", 1, {"resources": resources}), SERVED) == [SERVICE, MAIL]


@pytest.mark.parametrize("wait", [True, False])
@pytest.mark.parametrize("given", [FIRST_FAILED, ROLLING_BACK, ROLLED_BACK])
def test_what_ecs_gives_up_of_any_service_is_a_failed_apply(
    wait: bool, given: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def with_log(_: Environment, where: Place, found: Verdict) -> Verdict:
        asked.append(where.log_stream("4f0c"))
        return found

    monkeypatch.setattr(deployment, "with_log", with_log)
    settings = SERVED.model_copy(update={"service": waiting(wait=wait).service})
    both_say(monkeypatch, COMPLETED, given)
    with pytest.raises(StrataError, match="shop-local-mail:2") as error:
        require(settings, changed=True)
    assert "shop-local:" not in error.value.message
    # The log is the worker's own.
    assert asked == ["mail/api/4f0c"]
    both_say(monkeypatch, given, COMPLETED)
    with pytest.raises(StrataError, match="shop-local:2"):
        require(settings, changed=True)
    both_say(monkeypatch, given, given)
    with pytest.raises(StrataError, match=r"(?s)shop-local:2.*shop-local-mail:2"):
        require(settings, changed=True)
    both_say(monkeypatch, COMPLETED, given)
    told = explained(settings, StrataError("Error: timeout"))
    assert "shop-local-mail:2" in told.message


def test_a_wait_is_for_every_service(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = SERVED.model_copy(update={"service": waiting(wait=True).service})
    both_say(monkeypatch, COMPLETED, GOING)
    with pytest.raises(StrataError, match="shop-local-mail:2 is in progress"):
        require(settings, changed=True, patience=-1)


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("shop-local", "strata deploy local --watch-only"),
        ("shop-local-mail", "strata deploy local --watch-only --service mail"),
    ],
)
def test_what_is_in_progress_is_watched_by_a_command_of_its_service(
    name: str, command: str
) -> None:
    service = Service("arn:aws:ecs:eu-central-1:123456789012:cluster/shop-local", name, "")
    assert watch_command(SERVED.environment, service) == command
