"""Instances join, drain, lose their agent and leave."""

from dataclasses import replace

from emulator.ecs import instances, placement, tasks
from tests.emulator.ecs.test_deployments import steady
from tests.emulator.ecs.world import CLUSTER, Play


def test_an_instance_joins_after_its_start() -> None:
    play = Play()
    play.wait(59)
    assert play.world.of_cluster(CLUSTER) == []
    play.wait(1)
    [instance] = play.world.of_cluster(CLUSTER)
    assert (instance.status, instance.connected) == ("ACTIVE", True)
    assert instance.attributes["ecs.availability-zone"] == "a"
    assert placement.left(play.world, instance)[:2] == (2048, 900)


def test_a_terminated_instance_leaves_and_its_tasks_are_replaced() -> None:
    play = Play()
    steady(play)
    task = play.running()[0]
    gone = play.world.instances[task.instance or ""].launched.id
    play.around.terminate(gone)
    play.around.size = replace(play.around.size, desired=2)
    play.wait(1)
    assert task.status == "STOPPED"
    assert task.reason == f"Host EC2 (instance {gone}) terminated."
    assert not any(one.launched.id == gone for one in play.world.instances.values())
    play.wait(300)
    assert len(play.running()) == 3
    assert play.service.primary.rollout == "COMPLETED"
    assert play.service.primary.failures == 0


def test_a_draining_instance_gives_its_tasks_away_within_the_percents() -> None:
    play = Play()
    steady(play)
    play.want(least_percent=100)
    task = play.running()[0]
    instance = play.world.instances[task.instance or ""]
    instance.status = "DRAINING"
    play.wait(60)
    assert task.running
    play.wait(300)
    assert task.status == "STOPPED"
    assert len(play.running()) == 3
    assert play.world.on(instance) == []
    assert instance.id in play.world.instances


def test_no_task_is_placed_where_the_agent_is_disconnected() -> None:
    play = Play()
    play.around.provider = replace(play.around.provider, scales=False)
    play.wait(60)
    [instance] = play.world.of_cluster(CLUSTER)
    instance.connected = False
    play.want(count=1)
    play.wait(300)
    assert play.running() == []
    assert f"(container-instance {instance.id}) has the agent disconnected" in play.said[-1]
    instance.connected = True
    play.wait(60)
    assert len(play.running()) == 1


def test_what_runs_where_the_agent_is_disconnected_stays_and_does_not_stop() -> None:
    play = Play()
    play.want(count=1)
    play.wait(300)
    [task] = play.running()
    instance = play.world.instances[task.instance or ""]
    instance.connected = False
    play.wait(100)
    assert task.running
    tasks.stop(play.world, task, "UserInitiated", "by hand")
    play.wait(600)
    assert (task.desired, task.status) == ("STOPPED", "DEACTIVATING")
    instance.connected = True
    play.wait(100)
    assert task.status == "STOPPED"


def test_a_dead_instance_stays_in_the_cluster_until_it_is_deregistered() -> None:
    play = Play()
    steady(play)
    task = play.running()[0]
    instance = play.world.instances[task.instance or ""]
    instance.connected = False
    play.around.terminate(instance.launched.id)
    play.wait(3600)
    assert instance in play.world.of_cluster(CLUSTER)
    instances.deregister(play.world, instance)
    assert instance not in play.world.of_cluster(CLUSTER)


def test_deregistering_by_force_ends_what_runs_there() -> None:
    play = Play()
    steady(play)
    task = play.running()[0]
    instances.deregister(play.world, play.world.instances[task.instance or ""])
    assert (task.status, task.reason) == (
        "STOPPED",
        "Container instance deregistration forced by user",
    )
