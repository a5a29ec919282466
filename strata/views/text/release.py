"""Releases and what runs, for a terminal of 80 columns."""

from collections.abc import Sequence
from datetime import datetime

from strata.release.model import Task
from strata.release.status import Further, Jobs, Status
from strata.release.verdict import Outcome, Verdict
from strata.settings.resource_names import CONTAINER
from strata.text.words import counted
from strata.text.wrapping import indented

RUNS = 3
"""Runs of each job that are shown."""

HEADLINES = {
    Outcome.COMPLETED: "revision {revision} is released",
    Outcome.GOING_ON: "revision {revision} is not decided yet",
    Outcome.GOING_BACK: "revision {revision} failed; ECS goes back to revision {runs}",
    Outcome.ROLLED_BACK: "revision {revision} failed and was rolled back: revision {runs} runs",
    Outcome.FAILED: "revision {revision} failed, and ECS had nothing to go back to",
    Outcome.REPLACED: "revision {revision} was replaced by another deployment, of revision {runs}",
}


def verdict(found: Verdict) -> str:
    """What became of a release, then why, then what to try."""
    lines = [HEADLINES[found.outcome].format(revision=found.revision, runs=found.runs)]
    if found.outcome is Outcome.COMPLETED:
        return "".join(f"{line}\n" for line in lines)
    if found.cause:
        lines.append(f"why        {found.cause}")
    if found.words:
        lines += indented(f"ECS says   {found.words}", 0)
    if found.exit_code is not None:
        lines.append(f"exit code  {found.exit_code} (task {found.task})")
    if found.log:
        lines.append(f"last lines of task {found.task}")
        lines += [f"  {line}" for line in found.log]
    for target in found.targets:
        lines += indented(f"targets    {target}", 0)
    if found.events:
        lines.append("events since the deployment began")
        for event in found.events:
            lines += indented(f"{_time(event.at)} {event.message}", 2)
    if found.advice:
        lines += indented(f"try        {found.advice}", 0)
    return "".join(f"{line}\n" for line in lines)


def notice(system: str, found: Verdict) -> str:
    """What became of a release, in a line for people who did not watch it."""
    parts = [HEADLINES[found.outcome].format(revision=found.revision, runs=found.runs)]
    if found.cause:
        code = f" (exit code {found.exit_code})" if found.exit_code is not None else ""
        parts.append(f"{found.cause}{code}")
    # No log: it may hold what is not for everybody.
    if found.words:
        parts.append(f"ECS says: {found.words}")
    return f"{system}: {'. '.join(parts)}"


def status(report: Status, take_over: str) -> str:
    """What runs, the most important first; the command `take_over` keeps what others released."""
    running = report.running
    lines = [
        f"image      {running.image}",
        *([f"digest     {running.digest}"] if running.digest else []),
        f"revision   {running.revision}, since {_when(running.since)}",
    ]
    if running.registered_by:
        lines.append(f"by         {running.registered_by}")
    if running.elsewhere:
        lines.append(f"elsewhere  not released by Strata; {take_over} keeps it")
    up = sum(task.last_status == "RUNNING" for task in report.tasks)
    lines.append(f"tasks      {report.desired} wanted, {up} running")
    lines += [f"  {_task(task)}" for task in report.tasks]
    for task in report.stopped[:3]:
        when = _when(task.stopped_at)
        ended = f"{task.id} of revision {task.revision} stopped {when}: {task.stopped_reason}"
        lines += indented(ended, 2)
    lines += _further(report.services)
    lines += jobs(report.jobs) if report.jobs else []
    lines.append(f"instances  {len(report.instances)}")
    lines += [
        f"  {one.id} {one.status}: {counted(one.tasks, 'task')}, "
        f"{one.free_memory_mib} MiB and {one.free_cpu} CPU units free"
        + ("" if one.agent_connected else ", its agent is disconnected")
        for one in report.instances
    ]
    lines.append(f"targets    {len(report.targets)}")
    for target in report.targets:
        why = ": ".join(part for part in (target.reason, target.description) if part)
        lines += indented(f"{target.id}:{target.port} {target.state} {why}".rstrip(), 2)
    lines.append(f"deployments {len(report.deployments)}")
    lines += [
        f"  revision {one.revision} {one.status} {one.rollout}: {one.desired} wanted, "
        f"{one.running} running, {one.pending} pending, {one.failed} failed"
        for one in report.deployments
    ]
    if report.events:
        lines.append("last events")
        for event in report.events:
            lines += indented(f"{_time(event.at)} {event.message}", 2)
    lines += [
        f"alarm      {one.name}: {one.state}" for one in report.alarms if one.state == "ALARM"
    ]
    lines.append(f"alarms     {counted(len(report.alarms), 'alarm')}")
    if report.address:
        lines += indented(f"address    {report.address.url}: {report.address.says}", 0)
    else:
        lines.append("address    none of its own: it has no route")
    return "".join(f"{line}\n" for line in lines)


def _further(services: Sequence[Further]) -> list[str]:
    """The further services, each with its image and tasks."""
    lines = [f"services   {len(services)}"] if services else []
    for one in services:
        if one.status == "MISSING":
            lines.append(f"  {one.name} MISSING: the next apply makes it")
            continue
        said = (
            f"{one.name} {one.rollout or one.status}: {one.desired} wanted, {one.running} running, "
            f"{one.pending} pending; revision {one.revision}, {one.image}"
        )
        lines += indented(said, 2)
    return lines


def jobs(found: Jobs) -> list[str]:
    """The jobs with their last runs, and what could not be started."""
    lines = [f"jobs       {len(found.jobs)}"]
    for job in found.jobs:
        ahead = f", next {_when(job.next_due)}" if job.next_due else ""
        lines += indented(f"{job.name} {job.state}: {job.schedule} {job.timezone}{ahead}", 2)
        if job.missed:
            lines += indented(f"was due {_when(job.missed)}, and no run began", 4)
        for run in job.runs[:RUNS]:
            lines += indented(_run(run), 4)
        if not job.runs:
            lines.append("    no run within the hour")
    if found.dead_letters:
        given_up = counted(found.dead_letters, "start")
        lines += indented(f"{given_up} given up: the queue of dead letters says why", 2)
    return lines


def _run(task: Task) -> str:
    if task.last_status != "STOPPED":
        return _task(task)
    code = task.exit_code(CONTAINER)
    ended = f"ended with {code}" if code is not None else "did not start"
    # ECS says of every command that has ended that an essential container exited.
    why = f": {task.reason(CONTAINER)}" if code != 0 else ""
    return f"{task.id} of revision {task.revision} {ended}, {_when(task.stopped_at)}{why}"


def _task(task: Task) -> str:
    since = f" since {_when(task.started_at)}" if task.started_at else ""
    return f"{task.id} of revision {task.revision} {task.last_status}{since}"


def _when(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else "?"


def _time(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}"
