"""Instances follow tasks, and tasks follow the load."""

from dataclasses import replace

import pytest

from emulator.ecs.state import Group, Policy, Scalable
from tests.emulator.ecs.test_deployments import steady
from tests.emulator.ecs.world import CLUSTER, Play


def test_a_group_grows_by_what_waits_and_not_above_its_most() -> None:
    """One task fits on an instance: two wait, two instances are launched a minute later."""
    play = Play()
    play.want(count=9)
    assert play.world.measured["instances"] == 900
    play.wait(59)
    assert len(play.around.instances) == 1
    play.wait(1)
    assert len(play.around.instances) == 5
    play.wait(600)
    assert len(play.running()) == 5
    assert play.world.measured["instances"] == 180
    assert {one.status for one in play.tasks if not one.running} == {"PROVISIONING"}


def test_several_tasks_share_an_instance() -> None:
    play = Play(size=Group("group", 1, 5, 1, 2048, 2100))
    play.want(count=8)
    play.wait(600)
    assert len(play.running()) == 8
    assert len(play.around.instances) == 2


@pytest.mark.parametrize(("least", "most", "first"), [(1, 1, 2), (1, 5, 4), (3, 5, 4)])
def test_it_grows_by_steps(least: int, most: int, first: int) -> None:
    play = Play()
    play.around.provider = replace(play.around.provider, step_least=least, step_most=most)
    play.want(count=4)
    play.wait(60)
    assert len(play.around.instances) == first


def test_a_target_below_100_keeps_room() -> None:
    play = Play(size=Group("group", 1, 9, 1, 2048, 900))
    play.around.provider = replace(play.around.provider, target=50)
    play.want(count=3)
    play.wait(600)
    assert len(play.around.instances) == 6


def test_a_group_shrinks_after_a_quarter_of_an_hour_by_what_is_empty() -> None:
    play = Play()
    steady(play)
    play.want(count=1)
    play.wait(300)
    assert len(play.running()) == 1
    assert len(play.around.instances) == 3
    play.wait(900)
    [left] = play.around.instances
    [task] = play.running()
    assert play.world.instances[task.instance or ""].launched.id == left.id
    assert [one.launched.id for one in play.world.of_cluster(CLUSTER)] == [left.id]


def test_without_managed_scaling_the_group_stays_as_it_is() -> None:
    play = Play()
    play.around.provider = replace(play.around.provider, scales=False)
    play.want()
    play.wait(3000)
    assert len(play.around.instances) == 1
    assert len(play.running()) == 1


def test_managed_termination_protection_spares_instances_with_tasks() -> None:
    play = Play(size=Group("group", 1, 5, 2, 2048, 900))
    play.around.provider = replace(play.around.provider, protects=True)
    play.want(count=1)
    play.wait(300)
    [task] = play.running()
    busy = play.world.instances[task.instance or ""].launched.id
    assert play.around.protected == {one.id: one.id == busy for one in play.around.instances}


def load(play: Play, *policies: Policy, least: int = 1, most: int = 6) -> Play:
    steady(play)
    play.around.scales = Scalable(least, most, policies)
    return play


CPU = Policy("cpu", "cpu", target=50, out_cooldown=60, in_cooldown=300)


def test_target_tracking_scales_out_in_proportion() -> None:
    play = load(Play(), CPU)
    play.service.load = {"cpu": 80}
    play.wait(179)
    assert play.service.wanted.count == 3
    play.wait(1)
    assert play.service.wanted.count == 5
    play.service.load = {"cpu": 50}
    play.wait(600)
    assert play.service.wanted.count == 5
    assert len(play.running()) == 5
    assert play.said[-1] == "(service api) has reached a steady state."


def test_target_tracking_stays_in_its_bounds() -> None:
    play = load(Play(), CPU, least=2, most=4)
    play.service.load = {"cpu": 100}
    play.wait(1000)
    assert play.service.wanted.count == 4
    play.service.load = {"cpu": 1}
    play.wait(2000)
    assert play.service.wanted.count == 2


def test_target_tracking_scales_in_after_a_quarter_of_an_hour() -> None:
    play = load(Play(), CPU)
    play.service.load = {"cpu": 46}
    play.wait(2000)
    assert play.service.wanted.count == 3
    play.service.load = {"cpu": 20}
    play.wait(899)
    assert play.service.wanted.count == 3
    play.wait(1)
    assert play.service.wanted.count == 2


def test_it_scales_in_only_where_every_target_agrees() -> None:
    play = load(Play(), CPU, Policy("memory", "memory", target=50))
    play.service.load = {"cpu": 10, "memory": 49}
    play.wait(3000)
    assert play.service.wanted.count == 3
    play.service.load = {"cpu": 10, "memory": 60}
    play.wait(180)
    assert play.service.wanted.count == 4


def test_steps_change_the_count_by_how_far_the_alarm_is_over() -> None:
    steps = Policy(
        "steps", "cpu", threshold=60, after=120, steps=((0, 20, 1), (20, None, 3)), out_cooldown=300
    )
    play = load(Play(), steps)
    play.service.load = {"cpu": 85}
    play.wait(119)
    assert play.service.wanted.count == 3
    play.wait(1)
    assert play.service.wanted.count == 6
    small = load(Play(), steps)
    small.service.load = {"cpu": 60}
    small.wait(419)
    assert small.service.wanted.count == 4
    small.wait(1)
    assert small.service.wanted.count == 5


def test_what_scales_keeps_its_deployment() -> None:
    play = load(Play(), CPU)
    before = play.service.primary.id
    play.service.load = {"cpu": 80}
    play.wait(300)
    assert [one.id for one in play.service.deployments] == [before]
    assert len([one for one in play.tasks if one.status == "STOPPED"]) == 0


@pytest.mark.parametrize("gone", ["provider", "group"])
def test_time_goes_on_when_what_was_to_scale_is_taken_away(gone: str) -> None:
    play = Play()
    play.want(count=3)
    play.wait(10)
    if gone == "provider":
        play.around.provider = replace(play.around.provider, name="another", scales=False)
    else:
        play.around.size = replace(play.around.size, name="another")
        play.around.provider = replace(play.around.provider, group="none")
    play.wait(3600)
    assert play.world.now == 3610
