"""Rolling updates, the circuit breaker and its rollback, stepped by a clock."""

import itertools

import pytest

from emulator.ecs import services, tasks
from emulator.ecs.behaviour import behaviour
from emulator.ecs.state import Group, Wanted
from tests.emulator.ecs.world import GROUP, Play


def steady(play: Play) -> str:
    """Bring the first revision up; gives it."""
    first = play.revision()
    play.want(first)
    play.wait(600)
    assert play.service.primary.rollout == "COMPLETED"
    return first


def test_a_good_service_becomes_steady_and_says_so() -> None:
    play = Play()
    first = steady(play)
    assert [one.definition.arn for one in play.running()] == [first] * 3
    assert {one.state for one in play.world.targets} == {"healthy"}
    name = play.service.primary.id
    assert play.said[-2:] == [
        f"(service api) (deployment {name}) deployment completed.",
        "(service api) has reached a steady state.",
    ]
    assert f"(service api) registered 1 targets in (target-group {GROUP.arn})" in play.said


def test_containers_that_crash_are_rolled_back() -> None:
    """Three failures end the deployment, and the last that completed is wanted again."""
    play = Play()
    first = steady(play)
    good = play.service.primary.id
    second = play.revision("exit:1")
    play.want(second)
    bad = play.service.primary.id
    play.wait(600)
    assert [one.definition.arn for one in play.running()] == [first] * 3
    assert play.service.wanted.definition == first
    failed = [one for one in play.stopped() if one.definition.arn == second and one.failed]
    assert [one.containers[0].exit_code for one in failed] == [1, 1, 1]
    assert {one.stop_code for one in failed} == {"EssentialContainerExited"}
    assert play.said[-2:] == [
        f"(service api) (deployment {good}) deployment completed.",
        "(service api) has reached a steady state.",
    ]
    assert (
        f"(service api) (deployment {bad}) deployment failed: tasks failed to start." in play.said
    )
    assert f"(service api) rolling back to deployment {good}." in play.said


def percents(play: Play, seconds: int) -> tuple[int, int]:
    """The fewest healthy tasks and the most wanted ones while time passes."""
    healthy, most = [], []
    for _ in range(seconds):
        play.wait(1)
        every = [one for one in play.tasks if one.wanted]
        healthy.append(sum(services.healthy(play.world, play.service, one) for one in every))
        most.append(len(every))
    return min(healthy), max(most)


@pytest.mark.parametrize(
    ("least", "most", "bounds"),
    [(50, 200, (2, 5)), (100, 200, (3, 6)), (100, 134, (3, 4)), (0, 100, (0, 3))],
)
def test_a_rolling_update_keeps_its_percents(
    least: int, most: int, bounds: tuple[int, int]
) -> None:
    """Healthy tasks stay above the least (rounded up), all below the most (rounded down)."""
    play = Play(size=Group("group", 1, 9, 1, 2048, 900))
    play.want(least_percent=least, most_percent=most)
    play.wait(600)
    second = play.revision()
    play.want(second)
    fewest, highest = percents(play, 900)
    assert (fewest, highest) == bounds
    assert [one.definition.arn for one in play.running()] == [second] * 3
    assert [one.rollout for one in play.service.deployments] == ["COMPLETED"]


def test_a_minimum_that_needs_room_waits_for_it() -> None:
    """All must stay and one more fits nowhere: the deployment neither ends nor fails."""
    play = Play(size=Group("group", 1, 1, 1, 2048, 900))
    play.want(count=1, least_percent=100)
    play.wait(300)
    play.want(play.revision())
    play.wait(3600)
    assert [(one.status, one.rollout) for one in play.service.deployments] == [
        ("PRIMARY", "IN_PROGRESS"),
        ("ACTIVE", "COMPLETED"),
    ]
    assert len(play.running()) == 1
    assert "has insufficient memory available" in play.said[-1]


def test_a_first_deployment_that_fails_stalls() -> None:
    """There is nothing to go back to, and an image that comes later changes nothing by itself."""
    play = Play()
    none = play.revision(None)
    play.want(none)
    play.wait(600)
    [deployment] = play.service.deployments
    assert (deployment.status, deployment.rollout) == ("PRIMARY", "FAILED")
    assert deployment.reason == "ECS deployment circuit breaker: tasks failed to start."
    assert play.said[-1] == (
        f"(service api) (deployment {deployment.id}) deployment failed: tasks failed to start."
    )
    play.around.images["shop:1"] = behaviour("good")
    before = [one.id for one in play.tasks]
    play.wait(3000)
    assert [one.id for one in play.tasks] == before
    play.want(forced=1)
    play.wait(600)
    assert (play.service.primary.rollout, len(play.running())) == ("COMPLETED", 3)


THRESHOLDS = [(1, 3), (6, 3), (7, 4), (20, 10), (999, 200)]


def test_the_circuit_breaker_counts_to_half_of_the_tasks() -> None:
    for count, threshold in THRESHOLDS:
        assert Wanted("c", "s", "d", count).threshold == threshold, count


def test_tasks_that_cannot_start_are_tried_at_growing_intervals() -> None:
    """Without a circuit breaker it goes on for ever, up to 27 minutes apart."""
    play = Play()
    play.want(play.revision(None), count=1, breaker=False)
    play.wait(24 * 3600)
    starts = [one.created for one in play.tasks]
    assert play.service.primary.rollout == "IN_PROGRESS"
    gaps = [round(later - before) for before, later in itertools.pairwise(starts)]
    assert gaps[-1] == 27 * 60 + 1
    assert any("is unable to consistently start tasks" in one for one in play.said)


def test_targets_that_stay_unhealthy_are_rolled_back() -> None:
    """After the grace period a task whose target fails is replaced, and counts as failed."""
    play = Play()
    first = steady(play)
    good = play.service.primary.id
    second = play.revision("unhealthy")
    play.want(second)
    play.wait(300)
    task = next(one for one in play.tasks if one.definition.arn == second and one.failed)
    assert task.stop_code == "ServiceSchedulerInitiated"
    assert task.reason == f"Task failed ELB health checks in (target-group {GROUP.arn})"
    assert task.stopping_at is not None
    assert task.started_at is not None
    assert task.stopping_at - task.started_at == 60
    unhealthy = [one for one in play.said if "is unhealthy in" in one]
    assert unhealthy[0].startswith("(service api) (instance i-")
    assert unhealthy[0].endswith(
        f"is unhealthy in (target-group {GROUP.arn}) due to (reason Health checks failed with "
        "these codes: [502])"
    )
    play.wait(600)
    assert [one.definition.arn for one in play.running()] == [first] * 3
    assert play.service.primary.id == good
    assert play.service.primary.rollout == "COMPLETED"


def test_containers_that_fail_their_own_check_are_rolled_back() -> None:
    check = {"command": ["CMD", "true"], "interval": 10, "retries": 2}
    play = Play()
    first = steady(play)
    second = play.revision("sick", healthCheck=check)
    play.want(second)
    play.wait(600)
    assert [one.definition.arn for one in play.running()] == [first] * 3
    failed = [one for one in play.stopped() if one.definition.arn == second and one.failed]
    assert {one.reason for one in failed} == {"Task failed container health checks"}
    assert f"(service api) (task {failed[0].id}) failed container health checks." in play.said


@pytest.mark.parametrize(("slow", "grace", "rollout"), [(30, 60, "COMPLETED"), (200, 60, "FAILED")])
def test_containers_that_are_slow_need_a_grace_period(
    slow: int, grace: float, rollout: str
) -> None:
    play = Play()
    play.want(play.revision(f"slow:{slow}"), grace=grace)
    play.wait(1500)
    assert play.service.primary.rollout == rollout
    play.want(grace=300, forced=1)
    play.wait(1500)
    assert play.service.primary.rollout == "COMPLETED"


def test_without_rollback_a_failed_deployment_stays_beside_the_old_one() -> None:
    play = Play()
    first = steady(play)
    play.want(rollback=False)
    second = play.revision("exit:1")
    play.want(second)
    play.wait(1000)
    assert [(one.status, one.rollout) for one in play.service.deployments] == [
        ("PRIMARY", "FAILED"),
        ("ACTIVE", "COMPLETED"),
    ]
    assert play.service.wanted.definition == second
    assert [one.definition.arn for one in play.running()] == [first] * 2


def test_another_revision_takes_the_place_of_one_that_is_being_deployed() -> None:
    play = Play()
    first = steady(play)
    second, third = play.revision("slow:500"), play.revision()
    play.want(second)
    play.wait(30)
    play.want(third)
    assert [one.definition for one in play.service.deployments] == [third, second, first]
    assert [one.status for one in play.service.deployments] == ["PRIMARY", "ACTIVE", "ACTIVE"]
    play.wait(600)
    assert [one.definition.arn for one in play.running()] == [third] * 3
    assert [one.definition for one in play.service.deployments] == [third]


def test_a_rollback_goes_to_the_last_that_completed() -> None:
    """Also where another failed or was replaced in between."""
    play = Play()
    first = steady(play)
    play.want(play.revision("exit:1"))
    play.wait(20)
    play.want(play.revision("exit:2"))
    play.wait(900)
    assert play.service.wanted.definition == first
    assert [one.definition.arn for one in play.running()] == [first] * 3


def test_a_rollback_that_fails_too_stays_failed() -> None:
    play = Play()
    first = steady(play)
    play.around.images["shop:1"] = behaviour("exit:9")
    play.want(play.revision("exit:1"), least_percent=0)
    play.wait(2000)
    assert play.service.wanted.definition == first
    assert play.service.primary.rollout == "FAILED"
    assert len([one for one in play.said if "rolling back" in one]) == 1


def test_a_forced_deployment_replaces_every_task() -> None:
    play = Play()
    first = steady(play)
    before = {one.id for one in play.running()}
    play.want(forced=1)
    play.wait(600)
    after = play.running()
    assert [one.definition.arn for one in after] == [first] * 3
    assert not before & {one.id for one in after}


def test_a_task_that_dies_later_is_replaced_in_the_same_deployment() -> None:
    play = Play()
    steady(play)
    deployment = play.service.primary.id
    play.around.images["shop:1"] = behaviour("good")
    task = play.running()[0]
    tasks.stop(play.world, task, "UserInitiated", "by hand")
    play.wait(200)
    assert len(play.running()) == 3
    assert [one.id for one in play.service.deployments] == [deployment]
    assert play.said[-1] == "(service api) has reached a steady state."


def test_a_count_of_nothing_is_steady_and_a_deleted_service_drains() -> None:
    play = Play()
    steady(play)
    play.want(count=0)
    play.wait(30)
    assert {one.status for one in play.tasks} == {"DEACTIVATING"}
    assert {one.state for one in play.world.targets} == {"draining"}
    play.wait(90)
    assert (play.running(), play.world.targets) == ([], [])
    assert play.said[-1] == "(service api) has reached a steady state."
    play.want(count=2)
    play.wait(300)
    services.retire(play.world, play.service)
    assert play.service.status == "DRAINING"
    play.wait(90)
    assert play.service.status == "INACTIVE"


def test_a_service_without_a_load_balancer_is_steady_once_its_tasks_stay() -> None:
    play = Play()
    play.want(balancers=(), grace=0)
    play.wait(600)
    assert play.service.primary.rollout == "COMPLETED"
    bad = Play()
    bad.want(bad.revision("exit:1"), balancers=(), grace=0)
    bad.wait(600)
    assert bad.service.primary.rollout == "FAILED"
