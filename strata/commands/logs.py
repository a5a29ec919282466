"""`strata logs`"""

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from strata.commands.base import Env, ServiceName
from strata.commands.common import aim
from strata.errors import StrataError, UsageError
from strata.machine.unforeseen import say
from strata.settings import load

if TYPE_CHECKING:
    from strata.release.model import Task
    from strata.release.place import Place
    from strata.release.service_log import Line
    from strata.settings.models import Environment

SINCE = timedelta(hours=1)
SHORT_ID = 8
"""Characters of a task's id that are shown; --task takes as few."""

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def logs(
    env: Env,
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="How far back: 30s, 15m, 1h (default), 2d, or a time."),
    ] = None,
    *,
    follow: Annotated[bool, typer.Option("--follow", help="Go on with what comes.")] = False,
    text: Annotated[
        str, typer.Option("--filter", metavar="TEXT", help="Lines with this text in them alone.")
    ] = "",
    task: Annotated[
        str | None, typer.Option(metavar="ID", help="Lines of one task; its first characters do.")
    ] = None,
    previous: Annotated[
        bool, typer.Option("--previous", help="The log of the task that stopped last.")
    ] = False,
    service: ServiceName = None,
) -> None:
    """Print what the service's containers wrote."""
    from strata.release.place import place as place_of  # noqa: PLC0415 - boto3 takes its time
    from strata.release.service_log import Query, ServiceLog  # noqa: PLC0415

    if previous and (follow or task is not None):
        other = "--follow" if follow else "--task"
        raise UsageError(f"--previous is a task that has stopped, and {other} another", "give one")
    now = datetime.now(UTC)
    start = now - SINCE if since is None else moment(since, now)
    id_ = task_id(task) if task is not None else ""
    settings = load(env)
    place = place_of(settings, service or "")
    aim(settings.environment)
    if previous:
        stopped = _stopped_last(settings.environment, place)
        say(_how(stopped, place.container))
        id_, start = stopped.id, start if since is not None else BEGINNING
    query = Query(start, text, id_, f"{place.prefix}/" if service else "")
    log = ServiceLog(settings.environment, place)
    if follow:
        for line in log.follow(query):
            typer.echo(shown(line))
        return
    count = 0
    for count, line in enumerate(log.lines(query), 1):  # noqa: B007 - counted
        typer.echo(shown(line))
    if not count:
        say(f"no lines since {_time(start)} in {place.log_group}")


def _stopped_last(environment: "Environment", place: "Place") -> "Task":
    """The task of the service that stopped last."""
    from strata.release.ecs import Ecs  # noqa: PLC0415 - boto3 takes its time

    stopped = [one for one in Ecs(environment, place).tasks() if one.stopped_at]
    if not stopped:
        raise StrataError(
            "no task of the service has stopped within the hour that ECS lists them",
            f"{environment.command('logs', '--since', '1d')} shows the older lines of all tasks",
        )
    return max(stopped, key=lambda task: task.stopped_at or BEGINNING)


def _how(task: "Task", container: str) -> str:
    """Which task stopped, when and why."""
    at = _time(task.stopped_at) if task.stopped_at else ""
    code = task.exit_code(container)
    ended = f", exit code {code}" if code is not None else ""
    reason = task.reason(container) or "no reason given"
    return f"task {task.id[:SHORT_ID]} of revision {task.revision} stopped {at}: {reason}{ended}"


def moment(text: str, now: datetime) -> datetime:
    """The moment that `--since` names: so long before `now`, or a time in ISO 8601, in UTC without
    an offset. Raises UsageError for anything else."""
    wrong = UsageError(
        f"--since {text!r} is no time", "such as 30s, 15m, 1h, 2d, or 2026-11-28T09:30"
    )
    if match := re.fullmatch(r"([0-9]{1,9})([smhdw])", text):
        try:
            return max(BEGINNING, now - timedelta(**{UNITS[match[2]]: int(match[1])}))
        except OverflowError:
            return BEGINNING
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise wrong from None
    given = given.replace(tzinfo=given.tzinfo or UTC)
    if given > now:
        raise UsageError(f"--since {text!r} is still to come", "a time that has been, in UTC")
    return max(BEGINNING, given)


def task_id(text: str) -> str:
    """The id that `--task` names, or its beginning: from an ARN its last part."""
    id_ = text.rpartition("/")[2]
    if not re.fullmatch(r"[0-9a-f-]{4,36}", id_):
        raise UsageError(
            f"--task {text!r} is no task id", "4 or more of its hexadecimal digits, or its ARN"
        )
    return id_


def shown(line: "Line") -> str:
    """`2026-11-28T13:00:01Z 1a2b3c4d GET / 200`"""
    return f"{_time(line.at)} {line.task[:SHORT_ID]} {line.text}"


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
