"""`strata run`"""

import re
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from strata.commands.base import Env, ServiceName
from strata.commands.common import aim
from strata.errors import StrataError, UsageError
from strata.machine.signals import Stopped
from strata.machine.unforeseen import say
from strata.settings import Settings, capacity, load
from strata.settings.overrides import MOST, OVERRIDES, characters
from strata.views.steps import step

if TYPE_CHECKING:
    from strata.release.model import Task
    from strata.release.one_off import Overrides
    from strata.release.place import Place


def run(
    env: Env,
    command: Annotated[list[str], typer.Argument(metavar="COMMAND", help="What runs, after --.")],
    *,
    cpu: Annotated[
        int | None,
        typer.Option(
            metavar="UNITS", min=2, max=196608, help="CPU units instead of the service's."
        ),
    ] = None,
    memory: Annotated[
        int | None,
        typer.Option(metavar="MIB", min=6, max=1048576, help="Memory instead of the service's."),
    ] = None,
    variables: Annotated[
        list[str] | None,
        typer.Option("--env", metavar="NAME=VALUE", help="One more variable; may be repeated."),
    ] = None,
    service: ServiceName = None,
) -> None:
    """Run a command once, in the service's image with its roles and secrets."""
    from strata.release import one_off  # noqa: PLC0415 - boto3 takes its time
    from strata.release.ecs import Ecs  # noqa: PLC0415
    from strata.release.place import place as place_of  # noqa: PLC0415

    given = environment(variables or [])
    check_size(command, given)
    overrides = one_off.Overrides(command, given, cpu, memory)
    settings = load(env)
    place = place_of(settings, service or "")
    check_room(settings, overrides)
    aim(settings.environment)
    ecs = Ecs(settings.environment, place)
    with step(f"starting a task of {place.family}"):
        # What the service runs, and not a newer revision that was never deployed.
        revision = ecs.revision(ecs.service().revision)
        task = one_off.start(ecs, revision, overrides, "strata-run")
    say(f"task {task.id[:8]} of {revision.name} runs {shlex.join(command)}")
    try:
        ended = one_off.finished(settings.environment, ecs, task, typer.echo, note=say)
    except (KeyboardInterrupt, Stopped):
        say(f"the task goes on\n{_how_to_go_on(settings, task, place)}")
        raise
    if ended.exit_code is None:
        raise StrataError(
            f"the command never ran: {ended.reason or 'ECS gives no reason'}",
            f"{_log(settings, task)} shows what there is of its log",
        )
    if ended.exit_code:
        say(f"exit code {ended.exit_code}: {ended.reason}")
    raise typer.Exit(ended.exit_code)


def environment(variables: list[str]) -> dict[str, str]:
    """The variables of `--env`; raises UsageError, without the value, which may be a secret."""
    found: dict[str, str] = {}
    for variable in variables:
        name, equals, value = variable.partition("=")
        if not equals or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            said = repr(name) if equals else "without ="
            raise UsageError(f"--env {said} is no variable", "NAME=VALUE, such as LOG_LEVEL=debug")
        if name in found:
            raise UsageError(f"--env {name} is given twice", "give it once")
        found[name] = value
    return found


def check_size(command: list[str], variables: dict[str, str]) -> None:
    """Raise UsageError for overrides that ECS would refuse for their size, or have no command."""
    if not command or not command[0].strip():
        raise UsageError("there is no command to run", "strata run ENV -- npm run migrate")
    size = characters(command, variables)
    if size > MOST:
        raise UsageError(
            f"the command and its variables have {size} characters of JSON",
            f"at most {MOST}, since ECS takes {OVERRIDES} in all: put the text into the image, or "
            "elsewhere",
        )


def check_room(settings: Settings, overrides: "Overrides") -> None:
    """Raise UsageError for sizes that no instance has: ECS would let the task wait for ever.

    What a worker's task has beside its own container is what the service's has.
    """
    cpu, memory = overrides.cpu, overrides.memory_mib
    own = capacity.of_service(settings)
    task = replace(own, cpu=cpu or own.cpu, memory_mib=memory or own.memory_mib)
    spot = settings.cluster.spot
    types = [settings.cluster.instance_type, *(spot.instance_types if spot else [])]
    fits = [fit for name in types if (fit := capacity.fit(name, task))]
    widest = max(fits, key=lambda fit: fit.left_mib)
    if memory and task.reserved_mib > widest.left_mib:
        raise UsageError(
            f"--memory {memory} fits no instance: {widest.memory_words()}; the task takes "
            f"{task.memory_words()}",
            f"at most {widest.left_mib - task.beside_mib}, or a larger cluster.instance_type",
        )
    most = max(fits, key=lambda fit: fit.cpu)
    if cpu and task.reserved_cpu > most.cpu:
        raise UsageError(
            f"--cpu {cpu} fits no instance: {most.cpu_words()}; the task takes {task.cpu_words()}",
            f"at most {most.cpu - task.beside_cpu}, or a larger cluster.instance_type",
        )


def _log(settings: Settings, task: "Task", *options: str) -> str:
    return settings.environment.command("logs", "--task", task.id[:8], *options)


def _how_to_go_on(settings: Settings, task: "Task", place: "Place") -> str:
    return (
        f"{_log(settings, task, '--follow')}  shows its log\n"
        f"aws ecs stop-task --cluster {place.cluster} --task {task.id}  ends it"
    )
