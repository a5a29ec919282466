"""Rolling updates, the circuit breaker and its rollback, stepped by a clock."""

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
