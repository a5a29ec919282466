"""What runs now: image, tasks, instances, targets, deployments, alarms, and whether it answers."""

import http.client
import ssl
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field

from strata.aws.session import IMPATIENT, pages, session
from strata.release.due import next_due
from strata.release.ecs import Ecs, NoService, asking
from strata.release.model import Deployment, Event, Revision, Service, Target, Task
from strata.release.place import Place, place
from strata.release.record import Record, Records
from strata.settings.alarms import HEALTH_CHECK_REGION, chosen
from strata.settings.models import Job as JobSettings
from strata.settings.models import Settings
from strata.settings.resource_names import alarm_prefix, dead_letters, job_group, schedule_group
from strata.settings.routes import request_to, taken_by

EVENTS = 5
REMEMBERED = timedelta(hours=1)
"""How long ECS knows a task that has stopped (ECS API reference, DescribeTasks)."""
BEGINS_WITHIN = timedelta(minutes=5)
"""After it was due; Scheduler starts within the minute (its User Guide, schedule types)."""
CLOCKS = timedelta(seconds=10)
"""By how much two clocks of AWS may differ."""
ANSWER_SECONDS = 3.0
"""The longest wait for the address to answer."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Running(_Data):
    """The revision that the service goes to."""

    revision: int
    image: str
    digest: str = Field(description="Of the image that tasks of it run; empty while none does.")
    since: datetime | None = Field(description="When its deployment began.")
    registered_by: str = Field(description="ARN of who registered the revision.")
    registered_at: datetime | None
    elsewhere: bool = Field(
        description="Whether it was released by other means than Strata, and the next apply would "
        "put the image before back; strata deploy ENV --take-over keeps it."
    )


class Instance(_Data):
    """An instance of the cluster."""

    id: str
    status: str
    agent_connected: bool
    tasks: int
    free_cpu: int = Field(description="CPU units.")
    free_memory_mib: int


class Job(_Data):
    """A command that runs by a schedule."""

    name: str
    schedule: str
    timezone: str
    state: str = Field(
        description="ENABLED or DISABLED; MISSING before the apply that makes its schedule."
    )
    next_due: datetime | None = Field(
        description="When it is started next; None if it is not, or its time zone is unknown here."
    )
    missed: datetime | None = Field(
        description="The last time within the hour at which it was due and no run began."
    )
    runs: list[Task] = Field(
        description="Its tasks that have not stopped or did so within the hour, the last first."
    )


class Jobs(_Data):
    """All jobs, and what could not be started."""

    jobs: list[Job] = Field(description="In the order of the settings.")
    dead_letters: int = Field(
        description="Starts that were given up: messages in the queue of dead letters."
    )


class Further(_Data):
    """One of `[services]`, in short; `strata status ENV --service NAME` has the whole of it."""

    name: str
    status: str = Field(
        description="ACTIVE, or DRAINING; MISSING before the apply that makes the service."
    )
    revision: int = Field(description="The one that it goes to; 0 without a service.")
    image: str = Field(description="That this revision runs; empty without a service.")
    desired: int
    running: int
    pending: int
    rollout: str = Field(
        description="Of its newest deployment: IN_PROGRESS, COMPLETED or FAILED; else empty."
    )


class Alarm(_Data):
    """An alarm of the service."""

    name: str
    state: str
    reason: str


class Address(_Data):
    """Whether the address answers from here."""

    url: str = Field(
        description="Of the site; of one of [services] the request that was made, which its route "
        "takes."
    )
    answers: bool
    says: str = Field(description="The HTTP status, or why there is none.")


class Status(_Data):
    """What runs in an environment."""

    environment: str
    service: str = Field(description="Of [services], by name; empty for [service] itself.")
    running: Running
    desired: int
    tasks: list[Task] = Field(description="Those that are not stopped.")
    stopped: list[Task] = Field(description="Stopped within the hour, the last first.")
    instances: list[Instance]
    targets: list[Target]
    deployments: list[Deployment]
    events: list[Event] = Field(description="The last ones, the newest first.")
    alarms: list[Alarm]
    address: Address | None = Field(
        description="None for one of [services] without a route, which the load balancer sends "
        "nothing."
    )
    services: list[Further] = Field(
        default=[],
        description="All of [services], in the order of the settings; empty in the status of one.",
    )
    jobs: Jobs | None = Field(default=None, description="None where the settings have none.")


def status(settings: Settings, service_name: str = "") -> Status:
    """What runs now, of one of `[services]` by name; AWS is asked for its parts side by side."""
    environment, here = settings.environment, place(settings, service_name)
    ecs = Ecs(environment, here)
    with ThreadPoolExecutor(8) as pool:
        service_ = pool.submit(ecs.service)
        tasks_ = pool.submit(ecs.tasks)
        newest_ = pool.submit(ecs.revision)
        record_ = pool.submit(lambda: Records(environment, here).read())
        instances_ = pool.submit(_instances, ecs)
        alarms_ = pool.submit(_alarms, settings, here)
        address_ = pool.submit(address, settings, service_name)
        jobs_ = pool.submit(jobs, settings, ecs) if settings.jobs else None
        further_ = [
            pool.submit(_further, Ecs(environment, place(settings, name)), name)
            for name in ([] if service_name else settings.services)
        ]
        service = service_.result()
        targets_ = pool.submit(ecs.targets, service)
        revision_ = pool.submit(ecs.revision, service.revision)
        tasks = tasks_.result()
        stopped = [task for task in tasks if task.last_status == "STOPPED"]
        return Status(
            environment=environment.name,
            service=service_name,
            running=_running(service, revision_, newest_, record_, tasks),
            desired=service.desired,
            tasks=[task for task in tasks if task.last_status != "STOPPED"],
            stopped=sorted(stopped, key=_stopped_at, reverse=True),
            instances=instances_.result(),
            targets=targets_.result(),
            deployments=service.deployments,
            events=service.events[:EVENTS],
            alarms=alarms_.result(),
            address=address_.result(),
            services=[one.result() for one in further_],
            jobs=jobs_.result() if jobs_ else None,
        )


def _further(ecs: Ecs, name: str) -> Further:
    try:
        service = ecs.service()
    except NoService:
        return Further(
            name=name, status="MISSING", revision=0, image="", desired=0, running=0, pending=0,
            rollout="",
        )  # fmt: skip
    return Further(
        name=name,
        status=service.status,
        revision=service.revision,
        image=ecs.revision(service.revision).image,
        desired=service.desired,
        running=service.running,
        pending=service.pending,
        rollout=service.primary.rollout if service.primary else "",
    )


def _stopped_at(task: Task) -> float:
    return task.stopped_at.timestamp() if task.stopped_at else 0.0


def _running(
    service: Service,
    revision_: "Future[Revision]",
    newest_: "Future[Revision]",
    record_: "Future[Record | None]",
    tasks: list[Task],
) -> Running:
    revision, record = revision_.result(), record_.result()
    digests = [
        container.image_digest
        for task in tasks
        if task.revision == revision.number
        for container in task.containers
        if container.image_digest
    ]
    primary = service.primary
    return Running(
        revision=revision.number,
        image=revision.image,
        digest=next(iter(digests), ""),
        since=primary.created_at if primary else None,
        registered_by=revision.registered_by,
        registered_at=revision.registered_at,
        elsewhere=record is not None and newest_.result().image != record.image,
    )


def _instances(ecs: Ecs) -> list[Instance]:
    return [_instance(cast("dict[str, Any]", one)) for one in ecs.instances()]


def _instance(answer: dict[str, Any]) -> Instance:
    free = {one["name"]: one.get("integerValue", 0) for one in answer.get("remainingResources", [])}
    return Instance(
        id=answer.get("ec2InstanceId", ""),
        status=answer.get("status", ""),
        agent_connected=answer.get("agentConnected", False),
        tasks=answer.get("runningTasksCount", 0) + answer.get("pendingTasksCount", 0),
        free_cpu=free.get("CPU", 0),
        free_memory_mib=free.get("MEMORY", 0),
    )


def _alarms(settings: Settings, here: Place) -> list[Alarm]:
    """The alarms whose names begin as this environment's: of its steps, and of its tracking, and
    the alarm on the domain where that is in another region. For one of `[services]` those that
    watch it."""
    whole, home = place(settings), settings.environment.region
    lists = [
        (home, whole.service),
        (home, f"TargetTracking-service/{here.cluster}/{here.service}-"),
    ]
    if here == whole and home != HEALTH_CHECK_REGION and "domain" in chosen(settings):
        lists.append((HEALTH_CHECK_REGION, alarm_prefix(settings.environment)))
    made: Any = session(settings.environment).client
    clients = {
        region: made("cloudwatch", region_name=region, config=IMPATIENT) for region in dict(lists)
    }
    watched = {"Name": "ServiceName", "Value": here.service}
    with asking():
        return [
            Alarm(name=one["AlarmName"], state=one["StateValue"], reason=one.get("StateReason", ""))
            for region, prefix in lists
            for one in pages(
                clients[region], "describe_alarms", "MetricAlarms", AlarmNamePrefix=prefix
            )
            if here == whole or prefix != whole.service or watched in one.get("Dimensions", [])
        ]


def jobs(settings: Settings, ecs: Ecs) -> Jobs:
    """The jobs as EventBridge Scheduler has them, and their runs that ECS still knows."""
    asked = session(settings.environment)
    scheduler: Any = asked.client("scheduler", config=IMPATIENT)
    runs = ecs.jobs()
    return Jobs(
        jobs=[
            _job(scheduler, schedule_group(settings.environment), name, job, runs)
            for name, job in settings.jobs.items()
        ],
        dead_letters=_dead_letters(asked.client("sqs", config=IMPATIENT), settings),
    )


def _job(scheduler: Any, group: str, name: str, job: JobSettings, runs: Sequence[Task]) -> Job:
    own = [task for task in runs if task.group == job_group(name)]
    own.sort(key=_created_at, reverse=True)
    with asking():
        try:
            answer = scheduler.get_schedule(GroupName=group, Name=name)
        except scheduler.exceptions.ResourceNotFoundException:
            answer = {"State": "MISSING"}
    now = datetime.now(UTC)
    return awaited(
        Job(
            name=name,
            schedule=answer.get("ScheduleExpression", job.schedule),
            timezone=answer.get("ScheduleExpressionTimezone", job.timezone),
            state=answer["State"],
            next_due=None,
            missed=None,
            runs=own,
        ),
        made=answer.get("CreationDate", now),
        changed=answer.get("LastModificationDate", now),
        now=now,
    )


def awaited(job: Job, made: datetime, changed: datetime, now: datetime) -> Job:
    """The job with when it is due, and when it was and nothing began.

    Looked at is the hour for which ECS knows a run that has ended, without the last minutes, in
    which one may still begin, and without what was before the schedule was made or `changed`.
    """
    if job.state != "ENABLED":
        return job

    def due(after: datetime) -> datetime | None:
        return next_due(job.schedule, job.timezone, after, made)

    begun = [run.created_at for run in job.runs if run.created_at]
    missed, at = None, due(max(now - REMEMBERED, changed))
    while at and at < now - BEGINS_WITHIN:
        if not any(at - CLOCKS <= one < at + BEGINS_WITHIN for one in begun):
            missed = at
        at = due(at)
    return job.model_copy(update={"next_due": due(now), "missed": missed})


def _created_at(task: Task) -> float:
    return task.created_at.timestamp() if task.created_at else 0.0


def _dead_letters(sqs: Any, settings: Settings) -> int:
    number = "ApproximateNumberOfMessages"
    with asking():
        try:
            queue = sqs.get_queue_url(QueueName=dead_letters(settings.environment))["QueueUrl"]
            answer = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=[number])
        except sqs.exceptions.QueueDoesNotExist:
            return 0
    return int(answer["Attributes"][number])


def address(settings: Settings, service_name: str = "") -> Address | None:
    """Whether the site answers, or what one of `[services]` has of its own behind its route."""
    if service_name and not settings.services[service_name].route:
        return None
    request = request_to(settings, service_name)
    scheme = "https" if settings.edge.http == "redirect" else "http"
    url = f"{scheme}://{request.host}{request.path if service_name else ''}"
    if settings.environment.emulated:
        return Address(url=url, answers=False, says="not reachable: the emulator serves no HTTP")
    taken = taken_by(settings, request)
    if taken != service_name:
        return Address(
            url=url,
            answers=False,
            says=f"not asked: the route of services.{taken} takes {request.path} first",
        )
    kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    connection = kind(request.host, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", request.path)
        code = connection.getresponse().status
    except (OSError, ssl.SSLError, http.client.HTTPException) as error:
        return Address(url=url, answers=False, says=str(error) or type(error).__name__)
    finally:
        connection.close()
    return Address(url=url, answers=code < 500, says=f"HTTP {code}")
