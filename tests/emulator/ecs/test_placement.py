"""Where tasks may run: memory, CPU units, ports, constraints and strategies."""

from dataclasses import replace
from typing import Any

import pytest

from emulator.ecs import placement, tasks
from emulator.ecs.state import Definition, Group, Task
from tests.emulator.ecs.world import CLUSTER, SPREAD, Play, container


def definition(*containers: dict[str, Any], **more: Any) -> Definition:
    return Definition("arn:x", "shop", containers or (container(),), **more)


def make(play: Play, *containers: dict[str, Any], **more: Any) -> Task:
    return tasks.make(
        play.world, CLUSTER, definition(*containers, **more), "family:shop", launch_type="EC2"
    )


MEMORY: list[tuple[dict[str, Any], int]] = [
    ({"memory": 512}, 512),
    ({"memory": 512, "memoryReservation": 256}, 256),
    ({"memory": 512, "linuxParameters": {"tmpfs": [{"size": 64}, {"size": 32}]}}, 608),
    ({"memory": 512, "linuxParameters": {"sharedMemorySize": 128}}, 640),
]


def test_memory_is_the_reservation_or_the_limit_and_what_is_mounted_in_memory() -> None:
    for given, memory in MEMORY:
        assert placement.needs(definition(container(**given))).memory == memory, given


def test_the_tasks_own_size_stands_over_that_of_its_containers() -> None:
    whole = definition(container(), cpu=256, memory=1024)
    assert (placement.needs(whole).cpu, placement.needs(whole).memory) == (256, 1024)


def test_overrides_change_what_is_reserved() -> None:
    changed = {"containerOverrides": [{"name": "api", "cpu": 1024, "memory": 700}]}
    found = placement.needs(definition(), changed)
    assert (found.cpu, found.memory) == (1024, 700)
    whole = placement.needs(definition(), {**changed, "cpu": "128", "memory": "300"})
    assert (whole.cpu, whole.memory) == (128, 300)


@pytest.mark.parametrize(
    ("given", "lacks"),
    [
        ({"memory": 901}, "has insufficient memory available"),
        ({"cpu": 2049}, "has insufficient CPU units available"),
        ({"portMappings": [{"containerPort": 1, "hostPort": 22}]}, "is already using a port"),
        ({}, ""),
    ],
)
def test_an_instance_lacks_what_a_task_needs(given: dict[str, Any], lacks: str) -> None:
    play = Play()
    play.wait(60)
    task = make(play, container(**given))
    [instance] = play.world.of_cluster(CLUSTER)
    found = placement.lacking(play.world, instance, task, ())
    assert found.startswith(lacks)
    assert bool(found) is bool(lacks)
    assert tasks.place(play.world, task) is not bool(lacks)


def test_what_a_task_holds_is_free_again_when_it_has_stopped() -> None:
    play = Play()
    play.wait(60)
    [instance] = play.world.of_cluster(CLUSTER)
    fixed = container(memory=100, portMappings=[{"containerPort": 3000, "hostPort": 80}])
    first, second = make(play, fixed), make(play, fixed)
    assert tasks.place(play.world, first)
    assert not tasks.place(play.world, second)
    assert placement.left(play.world, instance)[:2] == (2048 - 512, 800)
    assert 80 in placement.left(play.world, instance)[2]
    tasks.stop(play.world, first, None, "")
    assert not tasks.place(play.world, second)
    play.wait(10)
    assert tasks.place(play.world, second)


def test_a_task_that_runs_once_waits_for_an_instance_of_its_capacity_provider() -> None:
    play = Play()
    play.wait(60)
    whole = container(cpu=2048, memory=800)
    first, second = (
        tasks.make(play.world, CLUSTER, definition(whole), "family:shop", provider="instances")
        for _ in range(2)
    )
    assert tasks.place(play.world, first)
    assert not tasks.place(play.world, second)
    play.wait(900)
    assert (first.status, second.status) == ("RUNNING", "RUNNING")
    assert first.instance != second.instance


def test_ports_of_any_number_begin_where_linux_has_them() -> None:
    play = Play()
    play.wait(60)
    small = container(cpu=10, memory=10)
    found = [make(play, small), make(play, small)]
    assert all(tasks.place(play.world, task) for task in found)
    assert [task.containers[0].ports[0]["hostPort"] for task in found] == [32768, 32769]


def spread(play: Play, number: int, *strategy: dict[str, str], **more: Any) -> list[str]:
    """Place small tasks; gives the zones that they went to, in their order."""
    zones = {one.id: one.launched.zone for one in play.world.instances.values()}
    found = []
    for _ in range(number):
        task = make(play, container(cpu=10, memory=10), **more)
        if tasks.place(play.world, task, strategy or SPREAD):
            found.append(zones[task.instance or ""])
    return found


def three() -> Play:
    """A cluster with an instance in each of three zones."""
    play = Play(size=Group("group", 1, 5, 3, 2048, 900))
    play.wait(60)
    return play


def test_spread_goes_to_the_zone_with_the_fewest_tasks() -> None:
    assert sorted(spread(three(), 3)) == ["a", "b", "c"]
    assert sorted(spread(three(), 6)) == ["a", "a", "b", "b", "c", "c"]


def test_binpack_fills_one_instance_first() -> None:
    assert len(set(spread(three(), 6, {"type": "binpack", "field": "memory"}))) == 1


def test_distinct_instances_take_one_task_each() -> None:
    play = three()
    assert len(spread(play, 4, constraints=({"type": "distinctInstance"},))) == 3


EXPRESSIONS: list[tuple[str, set[str]]] = [
    ("attribute:ecs.availability-zone == b", {"b"}),
    ("attribute:ecs.availability-zone in [a, c]", {"a", "c"}),
    ("attribute:ecs.availability-zone != a and attribute:ecs.availability-zone != b", {"c"}),
    ("attribute:ecs.availability-zone =~ [ab]", {"a", "b"}),
    ("attribute:gpu exists", set()),
]


def test_members_of_an_expression_are_found() -> None:
    for expression, zones in EXPRESSIONS:
        constraint = {"type": "memberOf", "expression": expression}
        assert set(spread(three(), 6, constraints=(constraint,))) == zones, expression


def test_where_nothing_fits_the_closest_is_named() -> None:
    play = Play()
    big = play.revision(memory=1000)
    play.around.size = replace(play.around.size, most=1)
    play.want(big, count=1)
    play.wait(400)
    [instance] = play.world.of_cluster(CLUSTER)
    assert play.said[-1] == (
        "(service api) was unable to place a task because no container instance met all of its "
        f"requirements. The closest matching (container-instance {instance.id}) has insufficient "
        "memory available. For more information, see the Troubleshooting section of the Amazon ECS "
        "Developer Guide."
    )
    assert len([one for one in play.said if "unable to place" in one]) == 1
    assert (play.service.primary.rollout, len(play.running())) == ("IN_PROGRESS", 0)
    assert {one.status for one in play.tasks} == {"PROVISIONING"}


def test_without_an_instance_none_was_found() -> None:
    play = Play(size=Group("group", 0, 0, 0, 2048, 900))
    play.want(count=1)
    play.wait(400)
    assert "No Container Instances were found in your capacity provider." in play.said[-1]
    other = Play(size=Group("group", 0, 0, 0, 2048, 900))
    other.want(count=1, strategy=())
    assert "No Container Instances were found in your cluster." in other.said[-1]
    assert other.tasks == []
