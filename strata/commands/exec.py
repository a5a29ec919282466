"""`strata exec`"""

import shlex
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from strata.commands.base import Env, ServiceName
from strata.commands.common import aim
from strata.commands.logs import SHORT_ID, task_id
from strata.errors import StrataError, UsageError
from strata.machine.unforeseen import say
from strata.settings import load

if TYPE_CHECKING:
    from strata.release.ecs import Ecs
    from strata.release.place import Place

SHELL = "/bin/sh"
AGENT = "ExecuteCommandAgent"
"""The agent that ECS starts in a container beside the application (ECS API, ManagedAgent)."""


def exec_(
    env: Env,
    command: Annotated[
        list[str] | None,
        typer.Argument(metavar="COMMAND", help=f"What runs, after --; by default {SHELL}."),
    ] = None,
    *,
    task: Annotated[
        str | None,
        typer.Option(metavar="ID", help="In this task; by default the one that started last."),
    ] = None,
    service: ServiceName = None,
) -> None:
    """Open a shell in a task of the service, or run a command there."""
    from strata.release import sessions  # noqa: PLC0415 - boto3 takes its time
    from strata.release.ecs import Ecs, asking  # noqa: PLC0415
    from strata.release.place import place as place_of  # noqa: PLC0415

    if command and not command[0].strip():
        raise UsageError("there is no command to run", "leave it away for a shell")
    wanted = task_id(task) if task is not None else ""
    settings = load(env)
    place = place_of(settings, service or "")
    sessions.check_plugin()
    aim(settings.environment)
    ecs = Ecs(settings.environment, place)
    chosen = _task(ecs, wanted)
    id_ = chosen["taskArn"].rpartition("/")[2]
    runtime = _container(chosen, place)
    line = shlex.join(command or [SHELL])
    with asking():
        answer = ecs.client.execute_command(
            cluster=place.cluster,
            task=id_,
            container=place.container,
            command=line,
            interactive=True,
        )
    opened = answer["session"]
    say(f"task {id_[:SHORT_ID]}: {line}")
    code = sessions.hold(
        settings.environment,
        sessions.Session(opened["sessionId"], opened["streamUrl"], opened["tokenValue"]),
        {"Target": f"ecs:{place.cluster}_{id_}_{runtime}"},
    )
    if code:
        raise StrataError(f"{sessions.PLUGIN} ended with exit code {code}")


def _task(ecs: "Ecs", wanted: str) -> dict[str, Any]:
    """The running task whose id begins with `wanted`, the newest of several."""
    from strata.release.ecs import asking  # noqa: PLC0415 - boto3 takes its time

    running = [one for one in ecs.tasks() if one.last_status == "RUNNING"]
    found = [one for one in running if one.id.startswith(wanted)]
    if not found:
        environment = ecs.place.environment
        ids = ", ".join(one.id[:SHORT_ID] for one in running)
        raise StrataError(
            f"no running task of the service has an id that begins with {wanted}"
            if wanted
            else "no task of the service runs",
            f"running are {ids}" if running else environment.command("logs", "--previous"),
        )
    newest = max(found, key=lambda one: (one.started_at is not None, one.started_at))
    with asking():
        answer = ecs.client.describe_tasks(cluster=ecs.place.cluster, tasks=[newest.id])
    return cast("dict[str, Any]", answer["tasks"][0])


def _container(task: dict[str, Any], place: "Place") -> str:
    """The runtime id of the service's container; raises StrataError if ECS Exec cannot reach it."""
    id_ = task["taskArn"].rpartition("/")[2][:SHORT_ID]
    if not task.get("enableExecuteCommand"):
        command = place.environment.command
        raise StrataError(
            f"the task {id_} was started without ECS Exec",
            f"[service] exec = true switches it on: {command('plan')}, {command('apply')}; tasks "
            "that are started then have it",
        )
    container = next(one for one in task["containers"] if one["name"] == place.container)
    agents = {one["name"]: one for one in container.get("managedAgents", [])}
    agent = agents.get(AGENT)
    if agent and agent.get("lastStatus") != "RUNNING":
        reason = f": {agent['reason']}" if agent.get("reason") else ""
        raise StrataError(
            f"the agent of ECS Exec in the task {id_} is {agent.get('lastStatus')}{reason}",
            "wait a moment if the task has only begun; else "
            f"{place.environment.command('exec', '--task')} with another",
        )
    return str(container["runtimeId"])
