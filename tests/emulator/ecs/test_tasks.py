"""The life of a task, stepped by a clock."""

import pytest

from emulator.ecs import tasks
from emulator.ecs.behaviour import Behaviour
from emulator.ecs.state import Task
from tests.emulator.ecs.world import CLUSTER, Play, container

SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:database"


def one(
    play: Play, behaves: str | None = "good", command: list[str] | None = None, **more: object
) -> Task:
    """Run one task, with a command of its own or without, on an instance that has joined."""
    play.wait(60)
    definition = play.around.definitions[play.revision(behaves, **more)]
    given = {"containerOverrides": [{"name": "api", "command": command}]} if command else {}
    task = tasks.make(
        play.world, CLUSTER, definition, "family:shop", launch_type="EC2", overrides=given
    )
    assert tasks.place(play.world, task)
    return task


def test_a_task_goes_through_its_states() -> None:
    play = Play()
    task = one(play)
    seen = [task.status]
    for _ in range(40):
        play.wait(0.5)
        if task.status != seen[-1]:
            seen.append(task.status)
        if task.status == "RUNNING" and task.desired == "RUNNING":
            tasks.stop(play.world, task, "UserInitiated", "enough")
            seen.append(task.status)
    assert seen == [
        "PENDING", "ACTIVATING", "RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED",
    ]  # fmt: skip
    assert (task.stop_code, task.reason) == ("UserInitiated", "enough")
    assert [one.exit_code for one in task.containers] == [0]


def test_an_image_that_is_not_there_stops_the_task_before_it_starts() -> None:
    play = Play()
    task = one(play, None)
    play.wait(30)
    assert (task.status, task.desired) == ("STOPPED", "STOPPED")
    assert (task.stop_code, task.reason) == ("TaskFailedToStart", "Task failed to start")
    assert task.containers[0].reason == (
        "CannotPullContainerError: Error response from daemon: manifest for shop:1 not found: "
        "manifest unknown: Requested image not found"
    )
    assert task.started_at is None
    assert task.containers[0].exit_code is None


def test_a_secret_that_cannot_be_read_stops_the_task_before_it_starts() -> None:
    play = Play()
    play.around.secrets[SECRET] = "Secrets Manager can't find the specified secret."
    task = one(play, secrets=[{"name": "A", "valueFrom": SECRET}])
    play.wait(30)
    assert (task.status, task.stop_code) == ("STOPPED", "TaskFailedToStart")
    assert task.reason is not None
    assert task.reason.startswith("ResourceInitializationError: unable to pull secrets")
    assert task.reason.endswith("Secrets Manager can't find the specified secret.")


def test_a_log_group_that_is_not_there_stops_the_task_before_it_starts() -> None:
    play = Play()
    play.around.no_log = "ResourceNotFoundException: The specified log group does not exist."
    task = one(play)
    play.wait(30)
    assert (task.status, task.stop_code) == ("STOPPED", "TaskFailedToStart")
    assert task.containers[0].reason == (
        "CannotStartContainerError: Error response from daemon: failed to initialize logging "
        "driver: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified "
        "log group does not exist."
    )


@pytest.mark.parametrize(
    ("behaves", "code", "reason"),
    [
        ("exit:0:5", 0, None),
        ("exit:7", 7, None),
        ("oom:5", 137, "OutOfMemoryError: Container killed due to memory usage"),
    ],
)
def test_a_container_that_ends_ends_its_task(behaves: str, code: int, reason: str | None) -> None:
    play = Play()
    task = one(play, behaves)
    play.wait(30)
    assert task.status == "STOPPED"
    assert (task.stop_code, task.reason) == (
        "EssentialContainerExited",
        "Essential container in task exited",
    )
    assert (task.containers[0].exit_code, task.containers[0].reason) == (code, reason)


@pytest.mark.parametrize(
    ("behaves", "code", "after"),
    [
        ("good", 0, 1),
        ("command:3", 3, 1),
        ("command:4:600", 4, 600),
        ("exit:7:60", 7, 60),
        ("unhealthy", 0, 1),
        ("sick", 0, 1),
        ("slow:90", 0, 1),
    ],
)
def test_a_command_ends_by_itself_where_the_image_alone_would_stay(
    behaves: str, code: int, after: float
) -> None:
    play = Play()
    task = one(play, behaves, ["npm", "run", "migrate"])
    while task.status != "RUNNING":
        play.wait(1)
    play.wait(after - 1)
    assert task.running
    play.wait(10)
    assert (task.status, task.containers[0].exit_code) == ("STOPPED", code)
    assert task.stop_code == "EssentialContainerExited"


@pytest.mark.parametrize("behaves", ["good", "command:3", "command:3:600"])
def test_without_a_command_the_same_image_stays(behaves: str) -> None:
    play = Play()
    task = one(play, behaves, command=["npm", "run", "migrate"], memory=256)
    again = one(play, behaves, memory=256)
    play.want(again.definition.arn)
    play.wait(3000)
    assert task.status == "STOPPED"
    assert again.running
    assert len([of for of in play.running() if of.service]) == 3


def test_a_container_beside_a_command_stays_and_ends_with_its_task() -> None:
    play = Play()
    play.wait(60)
    arn = play.revision("command:5:60")
    play.around.images["side"] = Behaviour()
    side = container(name="side", image="side", portMappings=[], memory=64, cpu=0)
    whole = play.around.definitions[arn]
    definition = type(whole)(arn, "shop", (*whole.containers, side))
    overrides = {"containerOverrides": [{"name": "api", "command": ["true"]}, {"name": "side"}]}
    task = tasks.make(
        play.world, CLUSTER, definition, "family:shop", launch_type="EC2", overrides=overrides
    )
    assert tasks.place(play.world, task)
    play.wait(60)
    assert [one.status for one in task.containers] == ["RUNNING", "RUNNING"]
    play.wait(30)
    assert task.status == "STOPPED"
    assert [one.exit_code for one in task.containers] == [5, 0]


def test_a_container_that_is_not_essential_ends_alone() -> None:
    play = Play()
    play.wait(60)
    arn = play.revision("good")
    play.around.images["side"] = Behaviour(exit_code=0)
    side = container(name="side", image="side", essential=False, portMappings=[], memory=64, cpu=0)
    whole = play.around.definitions[arn]
    definition = type(whole)(arn, "shop", (*whole.containers, side))
    task = tasks.make(play.world, CLUSTER, definition, "family:shop", launch_type="EC2")
    assert tasks.place(play.world, task)
    play.wait(60)
    assert [one.status for one in task.containers] == ["RUNNING", "STOPPED"]
    assert task.status == "RUNNING"


@pytest.mark.parametrize(
    ("behaves", "health", "after"),
    [("good", "HEALTHY", 10), ("sick", "UNHEALTHY", 25), ("slow:15", "HEALTHY", 25)],
)
def test_the_health_of_a_task_is_that_of_its_containers_checks(
    behaves: str, health: str, after: float
) -> None:
    play = Play()
    check = {"command": ["CMD", "true"], "interval": 10, "retries": 2, "startPeriod": 5}
    task = one(play, behaves, healthCheck=check)
    play.wait(7)
    assert (task.status, tasks.health(task)) == ("RUNNING", "UNKNOWN")
    play.wait(after - 1)
    assert tasks.health(task) == "UNKNOWN"
    play.wait(1)
    assert tasks.health(task) == health


def test_a_stopped_task_is_remembered_for_an_hour() -> None:
    play = Play()
    task = one(play, "exit:1")
    play.wait(60)
    assert task.status == "STOPPED"
    play.wait(3500)
    assert task.id in play.world.tasks
    play.wait(100)
    assert task.id not in play.world.tasks


def test_lines_are_written_at_the_start_of_a_container() -> None:
    play = Play()
    task = one(play)
    play.around.images["shop:1"] = play.around.images["shop:1"].logging(("a", "b"))
    play.wait(30)
    assert play.around.lines == [(task.id, "a"), (task.id, "b")]


def test_of_very_many_stopped_tasks_the_oldest_are_forgotten() -> None:
    play = Play()
    play.want(play.revision("exit:1:5"), breaker=False, balancers=(), grace=0)
    play.wait(3000)
    assert len(play.stopped()) == tasks.REMEMBERED
    assert min(one.stopped for one in play.stopped()) > 60
