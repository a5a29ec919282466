"""Instances, the task, and how many of each."""

import itertools
import re
from collections.abc import Iterator, Sequence

from strata.settings import capacity, figures
from strata.settings.models import Job, Service, Settings, StepScaling, Worker
from strata.settings.positions import Key
from strata.settings.rules import schedules
from strata.settings.rules.finding import Finding, missing_here, near
from strata.text.words import counted, listed

TYPE: Key = ("cluster", "instance_type")
ARCHITECTURE: Key = ("cluster", "architecture")
SPOT: Key = ("cluster", "spot")
MAX_SIZE: Key = ("cluster", "max_size")
HOST_PORT: Key = ("service", "host_port")
SCALING: Key = ("service", "scaling")
SIDECARS: Key = ("service", "sidecars")
HEALTHY: Key = ("service", "minimum_healthy_percent")
MAXIMUM: Key = ("service", "maximum_percent")
COUNTS: tuple[Key, ...] = (SCALING, ("service", "desired_count"))
"""The keys that decide how many tasks there may be."""
JOBS: tuple[Key, ...] = (("services",), ("jobs",), ("database", "app_user"))
"""What runs beside these tasks."""
POLICIES, SCHEDULED_ACTIONS, STEP_ADJUSTMENTS = 50, 200, 20
"""Scaling policies and scheduled actions of a target, steps of a policy (Application Auto Scaling
User Guide, quotas)."""

FITTING = {
    "x86_64": "a type with Intel or AMD processors, such as t3.small",
    "arm64": "a type with Graviton processors, such as t4g.small",
}
"""Architecture -> the instance types that have it."""

MOST_TYPES = 40
"""Instance types of an auto scaling group (EC2 Auto Scaling User Guide, quotas)."""

SIZES: tuple[Key, ...] = (
    TYPE,
    ("service", "memory_mib"),
    ("service", "cpu"),
    SIDECARS,
    ("service", "readonly_root_filesystem"),
)
"""The keys that decide how many tasks fit on an instance."""


def check_cluster(settings: Settings) -> Iterator[Finding]:
    """Check `[cluster]`."""
    cluster = settings.cluster
    known, offered = figures.instance_types(), figures.offerings().instance_types
    kind = known.get(cluster.instance_type)
    if kind is None and cluster.instance_type in offered:
        yield Finding(
            TYPE,
            "is an EC2 instance type whose memory and vCPUs Strata does not know",
            near(cluster.instance_type, known, "such as t3.small"),
        )
    elif kind is None:
        yield Finding(
            TYPE,
            "is not an EC2 instance type",
            near(cluster.instance_type, known, "such as t3.small"),
        )
    elif kind.architecture != cluster.architecture:
        yield Finding(
            TYPE,
            f"is {kind.architecture}, and system and images are {cluster.architecture}",
            f'{FITTING[cluster.architecture]}, or architecture = "{kind.architecture}"',
            (ARCHITECTURE,),
        )
    else:
        fits = (
            name
            for name, instance_type in known.items()
            if instance_type.architecture == cluster.architecture
        )
        yield from missing_here(
            TYPE, cluster.instance_type, offered, settings.environment.region, fits
        )
    if cluster.min_size > cluster.max_size:
        yield Finding(
            ("cluster", "min_size"),
            f"is more than max_size, {cluster.max_size}",
            f"0 to {cluster.max_size}",
            (MAX_SIZE,),
        )
    if cluster.ami_id is not None and not re.fullmatch(
        r"ami-([0-9a-f]{8}|[0-9a-f]{17})", cluster.ami_id
    ):
        yield Finding(("cluster", "ami_id"), "is not an AMI id", "ami- and 17 hexadecimal digits")


def check_spot(settings: Settings) -> Iterator[Finding]:
    """Check `[cluster.spot]`."""
    cluster, spot = settings.cluster, settings.cluster.spot
    if spot is None:
        return
    if spot.on_demand_base >= cluster.max_size:
        yield Finding(
            (*SPOT, "on_demand_base"),
            f"leaves no room for a Spot instance: max_size is {cluster.max_size}",
            f"at most {cluster.max_size - 1}",
            (MAX_SIZE,),
        )
    stage = settings.environment.stage
    if stage == "production" and not spot.on_demand_base and spot.percent == 100:
        yield Finding(
            (*SPOT, "on_demand_base"),
            "lets production run on Spot instances alone, which AWS may take back all at once, "
            "with two minutes' notice",
            "at least 1, or a percent below 100",
            ((*SPOT, "percent"), ("environment", "stage")),
        )
    own = figures.instance_types().get(cluster.instance_type)
    if own is None:
        return
    if len(spot.instance_types) >= MOST_TYPES:
        yield Finding(
            (*SPOT, "instance_types"),
            f"are {len(spot.instance_types)}, with instance_type {len(spot.instance_types) + 1}",
            f"at most {MOST_TYPES - 1}: an auto scaling group takes {MOST_TYPES}",
            (TYPE,),
        )
    for index, name in enumerate(spot.instance_types):
        key: Key = (*SPOT, "instance_types", index)
        if name in (cluster.instance_type, *spot.instance_types[:index]):
            yield Finding(key, "is listed twice", "each type once, and not instance_type", (TYPE,))
        else:
            yield from _further_type(key, name, own, settings)


def _further_type(
    key: Key, name: str, own: figures.InstanceType, settings: Settings
) -> Iterator[Finding]:
    """A type beside `cluster.instance_type`: of the same launch template, and no smaller, since
    tasks are counted by that one."""
    cluster, region = settings.cluster, settings.environment.region
    known = figures.instance_types()
    with_credits = _has_credits(cluster.instance_type)
    fits = [
        other
        for other, kind in known.items()
        if kind.architecture == cluster.architecture
        and kind.vcpus >= own.vcpus
        and kind.memory_mib >= own.memory_mib
        and _has_credits(other) is with_credits
        and other != cluster.instance_type
    ]
    kind = known.get(name)
    needed = f"{own.vcpus} vCPUs and {own.memory_mib} MiB, as {cluster.instance_type} has"
    if kind is None:
        yield Finding(key, "is not an EC2 instance type", near(name, fits, "another type"))
    elif kind.architecture != cluster.architecture:
        yield Finding(
            key,
            f"is {kind.architecture}, and system and images are {cluster.architecture}",
            FITTING[cluster.architecture],
            (ARCHITECTURE,),
        )
    elif kind.vcpus < own.vcpus or kind.memory_mib < own.memory_mib:
        yield Finding(
            key,
            f"has {kind.vcpus} vCPUs and {kind.memory_mib} MiB, and tasks are counted by {needed}",
            f"at least {needed}",
            (TYPE,),
        )
    elif _has_credits(name) is not with_credits:
        yield Finding(
            key,
            f"and {cluster.instance_type} differ in CPU credits, which their launch template sets "
            "for all",
            near(name, fits, "another type"),
            (TYPE,),
        )
    else:
        offered = figures.offerings().instance_types
        yield from missing_here(key, name, offered, region, fits)


def _has_credits(name: str) -> bool:
    """Whether the launch template sets the CPU credits of a type."""
    return name.partition(".")[0] in figures.UNLIMITED_BY_DEFAULT


def check_task(settings: Settings) -> Iterator[Finding]:
    """Check the task, and whether it fits on its instance."""
    service = settings.service
    yield from judge_tag(("service", "image_tag"), service.image_tag, settings)
    if service.host_port in figures.AGENT_PORTS:
        yield Finding(HOST_PORT, "is taken by SSH, Docker or the ECS agent", "0, or another port")
    yield from _deploys(settings)
    yield from _fits(settings)


def judge_tag(key: Key, tag: str, settings: Settings) -> Iterator[Finding]:
    """What is wrong with the tag of an image."""
    if settings.registry.immutable_tags and tag == "latest":
        yield Finding(
            key,
            "moves with every push, and the repository's tags are immutable",
            "the tag of one build, such as 1.0.0 or a commit",
            (("registry", "immutable_tags"),),
        )
    elif not re.fullmatch(figures.IMAGE_TAG, tag):
        yield Finding(
            key, "is no image tag", "1 to 128 letters, digits, underscores, dots and hyphens"
        )


def _deploys(settings: Settings) -> Iterator[Finding]:
    """A deployment must be able to stop or start a task, at every count of tasks."""
    deployments = capacity.deployments(settings.service)
    stuck = next((deployment for deployment in deployments if deployment.stuck), None)
    if stuck is None:
        return
    service, tasks = settings.service, stuck.tasks
    start, stop = -(-100 * (tasks + 1) // tasks), 100 * (tasks - 1) // tasks
    yield Finding(
        MAXIMUM,
        f"lets a deployment of {counted(tasks, 'task')} neither start nor stop a task: "
        f"{service.maximum_percent} % of {tasks} is {stuck.most}, rounded down, and "
        f"minimum_healthy_percent, {service.minimum_healthy_percent} % of {tasks}, is "
        f"{stuck.least}, rounded up",
        f"at least {start}, or a minimum_healthy_percent of at most {stop}",
        (HEALTHY, *COUNTS),
    )


def _fits(settings: Settings) -> Iterator[Finding]:
    """A task must fit on its instance, and all tasks and those of a deployment on the cluster."""
    fit = capacity.fit(settings.cluster.instance_type, capacity.of_service(settings))
    if fit is None:
        return
    task = fit.task
    if task.reserved_mib > fit.left_mib:
        counted_too = [
            *(["its sidecars"] if task.sidecars_mib else []),
            *(["its tmpfs"] if task.tmpfs_mib else []),
            *(["the proxy of Service Connect"] if task.proxy_mib else []),
        ]
        many = "count" if task.sidecars_mib or len(counted_too) > 1 else "counts"
        beside = (
            f"; the task takes {task.memory_words()}, since {listed(counted_too)} {many} too"
            if counted_too
            else ""
        )
        yield Finding(
            ("service", "memory_mib"),
            f"does not fit its instance: {fit.memory_words()}{beside}",
            f"at most {max(fit.left_mib - task.beside_mib, 0)}, or a larger cluster.instance_type",
            (TYPE, SIDECARS, ("service", "readonly_root_filesystem")),
        )
    if task.reserved_cpu > fit.cpu:
        beside = f"; the task takes {task.cpu_words()}" if task.beside_cpu else ""
        yield Finding(
            ("service", "cpu"),
            f"does not fit its instance: {fit.cpu_words()}{beside}",
            f"at most {max(fit.cpu - task.beside_cpu, 0)}, or a larger cluster.instance_type",
            (TYPE, SIDECARS),
        )
    if not fit.tasks:
        return
    unfit = list(_jobs_that_do_not_fit(settings, fit))
    yield from unfit
    if unfit:
        return
    if _needed(settings, fit) > settings.cluster.max_size:
        yield _too_many(settings, fit)
    else:
        yield from _room_to_deploy(settings, fit)


def _jobs_that_do_not_fit(settings: Settings, fit: capacity.Fit) -> Iterator[Finding]:
    """A job or worker has the task of the service, with sizes of its own."""
    entries: dict[Key, Job | Worker] = {
        **{("services", name): worker for name, worker in settings.services.items()},
        **{("jobs", name): job for name, job in settings.jobs.items()},
    }
    for key, job in entries.items():
        task = capacity.job_task(fit.task, job)
        if job.memory_mib and task.reserved_mib > fit.left_mib:
            yield Finding(
                (*key, "memory_mib"),
                f"does not fit an instance: {fit.memory_words()}; the task takes "
                f"{task.memory_words()}",
                f"at most {max(fit.left_mib - task.beside_mib, 0)}, or a larger "
                "cluster.instance_type",
                (TYPE, SIDECARS, ("service", "readonly_root_filesystem")),
            )
        if job.cpu and task.reserved_cpu > fit.cpu:
            yield Finding(
                (*key, "cpu"),
                f"does not fit an instance: {fit.cpu_words()}; the task takes {task.cpu_words()}",
                f"at most {max(fit.cpu - task.beside_cpu, 0)}, or a larger cluster.instance_type",
                (TYPE, SIDECARS),
            )


def _needed(settings: Settings, fit: capacity.Fit, *more: capacity.Task) -> int:
    """Instances for the most tasks of the service and all that may run at the same time."""
    app_user = capacity.app_user_task(settings)
    others = [*capacity.beside(settings), *([app_user] if app_user else []), *more]
    return fit.instances(capacity.largest_count(settings.service), others)


def tight_release(settings: Settings) -> Iterator[Finding]:
    """The warning that the task of `release.before` may find no room, and the release waits.

    No finding: while fewer tasks run there is room.
    """
    fit = capacity.fit(settings.cluster.instance_type, capacity.of_service(settings))
    if fit is None or not fit.tasks or not settings.release.before:
        return
    needed = _needed(settings, fit, fit.task)
    if needed > settings.cluster.max_size:
        tasks = counted(capacity.largest_count(settings.service), "task")
        beside = _beside(settings, fit, capacity.app_user_task(settings))
        yield Finding(
            MAX_SIZE,
            f"has no room for the task of release.before while {tasks}{beside} run, and a release "
            f"waits for it then: {fit.words()}",
            f"at least {needed}, or a service that scales to fewer tasks",
            (("release", "before"), HOST_PORT, *SIZES, *COUNTS, *JOBS),
        )


def _beside(settings: Settings, fit: capacity.Fit, one_off: capacity.Task | None = None) -> str:
    """Workers and jobs, which may all run at the same time, in words; empty without any.

    `one_off` is the task of `[database.app_user]` where it counts too.
    """

    def size(name: str, entry: Job | Worker, count: int = 1) -> str:
        task = capacity.job_task(fit.task, entry)
        many = f"{count} of " if count > 1 else ""
        return f"{many}{name} ({task.reserved_mib} MiB, {task.reserved_cpu} CPU units)"

    workers = [
        size(name, worker, capacity.worker_room(worker))
        for name, worker in settings.services.items()
    ]
    jobs = [size(name, job) for name, job in settings.jobs.items()]
    tables = [
        f"{listed(sizes)} of [{table}]"
        for table, sizes in (("services", workers), ("jobs", jobs))
        if sizes
    ]
    if one_off:
        sizes = f"{one_off.reserved_mib} MiB, {one_off.reserved_cpu} CPU units"
        tables.append(f"the task of [database.app_user] ({sizes})")
    return f" and at the same time {' and '.join(tables)}" if tables else ""


def _too_many(settings: Settings, fit: capacity.Fit) -> Finding:
    largest = capacity.largest_count(settings.service)
    needed = _needed(settings, fit)
    beside = _beside(settings, fit, capacity.app_user_task(settings))
    if fit.task.fixed_port:
        return Finding(
            HOST_PORT,
            f"is fixed, so an instance runs one task, and {counted(largest, 'task')}{beside} may "
            f"be needed on {settings.cluster.max_size} instances",
            _more_room(fit, needed),
            (MAX_SIZE, *SIZES, *COUNTS, *JOBS),
        )
    return Finding(
        MAX_SIZE,
        f"is too few for {counted(largest, 'task')}{beside}: {fit.words()}",
        f"at least {needed}, or fewer tasks",
        (HOST_PORT, *SIZES, *COUNTS, *JOBS),
    )


def _room_to_deploy(settings: Settings, fit: capacity.Fit) -> Iterator[Finding]:
    """A deployment that may stop no task starts a new task in addition to the running ones."""
    jobs, most = capacity.beside(settings), settings.cluster.max_size
    tight = [
        deployment
        for deployment in capacity.deployments(settings.service)
        if not deployment.stuck and fit.instances(deployment.room, jobs) > most
    ]
    if not tight:
        return
    worst = tight[-1]
    needed, tasks = fit.instances(worst.room, jobs), worst.tasks
    wrong = (
        f"leaves no room for a deployment of {counted(tasks, 'task')}: "
        f"{settings.service.minimum_healthy_percent} % of {tasks} is {worst.least}, rounded up, so "
        f"ECS starts a new task before it stops an old one; {fit.words()}, so that {worst.room} "
        f"tasks{_beside(settings, fit)} need {needed} instances and cluster.max_size is {most}"
    )
    # The smallest of these counts needs the smallest share.
    stop = 100 * (tight[0].tasks - 1) // tight[0].tasks
    healthy = f"a service.minimum_healthy_percent of at most {stop}, which lets a task stop first"
    fixed = fit.task.fixed_port
    yield Finding(
        HOST_PORT if fixed else MAX_SIZE,
        wrong,
        f"{_more_room(fit, needed) if fixed else f'at least {needed}'}, or {healthy}",
        (*((MAX_SIZE,) if fixed else (HOST_PORT,)), HEALTHY, *SIZES, *COUNTS, *JOBS),
    )


def _more_room(fit: capacity.Fit, needed: int) -> str:
    """The settings that make room for tasks with a fixed host port."""
    if fit.tasks_by_size > 1:
        return f"0 for a dynamic port, or cluster.max_size = {needed}"
    return (
        f"cluster.max_size = {needed}, or 0 for a dynamic port with an instance_type "
        "that has room for two tasks"
    )


def check_scaling(settings: Settings) -> Iterator[Finding]:
    """Check `[service.scaling]`."""
    scaling, desired = settings.service.scaling, settings.service.desired_count
    if scaling.min > scaling.max:
        yield Finding(
            (*SCALING, "min"),
            f"is more than max, {scaling.max}",
            f"0 to {scaling.max}",
            ((*SCALING, "max"),),
        )
    elif not scaling.min <= desired <= scaling.max:
        yield Finding(
            ("service", "desired_count"),
            f"is not between scaling.min, {scaling.min}, and scaling.max, {scaling.max}",
            f"{scaling.min} to {scaling.max}",
            ((*SCALING, "min"), (*SCALING, "max")),
        )
    metrics = [tracking.metric for tracking in scaling.target_tracking]
    for index, tracking in enumerate(scaling.target_tracking):
        key: Key = (*SCALING, "target_tracking", index)
        if tracking.metric in metrics[:index]:
            yield Finding((*key, "metric"), "is listed twice", "one entry for each metric")
        if tracking.metric != "requests_per_target" and tracking.target > 100:
            yield Finding((*key, "target"), "is more than all of it", "percent, at most 100")
    yield from _counts(settings.service)
    yield from _named("steps", [step.name for step in scaling.steps], metrics)
    yield from _named("schedules", [schedule.name for schedule in scaling.schedules], [])
    for index, step in enumerate(scaling.steps):
        yield from _steps((*SCALING, "steps", index, "adjustments"), step)
    for index, schedule in enumerate(scaling.schedules):
        key = (*SCALING, "schedules", index)
        if schedule.min > schedule.max:
            yield Finding(
                (*key, "min"), f"is more than max, {schedule.max}", f"0 to {schedule.max}"
            )
        if wrong := schedules.judge(schedule.schedule):
            yield Finding((*key, "schedule"), wrong.wrong, wrong.right)
        zones = schedules.time_zones()
        if schedule.timezone not in zones:
            yield Finding(
                (*key, "timezone"),
                "is no IANA time zone",
                near(schedule.timezone, zones, "such as Europe/Berlin"),
            )


def _counts(service: Service) -> Iterator[Finding]:
    """The limits of Application Auto Scaling for a service (its User Guide, quotas)."""
    scaling = service.scaling
    policies = len(scaling.target_tracking) + len(scaling.steps)
    if policies > POLICIES:
        yield Finding(
            (*SCALING, "steps"),
            f"has {len(scaling.steps)} policies, with target_tracking {policies}",
            f"at most {POLICIES} policies together",
            ((*SCALING, "target_tracking"),),
        )
    if len(scaling.schedules) > SCHEDULED_ACTIONS:
        yield Finding(
            (*SCALING, "schedules"),
            f"has {len(scaling.schedules)} scheduled actions",
            f"at most {SCHEDULED_ACTIONS}",
        )
    for index, step in enumerate(scaling.steps):
        if len(step.adjustments) > STEP_ADJUSTMENTS:
            yield Finding(
                (*SCALING, "steps", index, "adjustments"),
                f"has {len(step.adjustments)} adjustments",
                f"at most {STEP_ADJUSTMENTS}",
            )


def _named(kind: str, names: Sequence[str], taken: Sequence[str]) -> Iterator[Finding]:
    for index, name in enumerate(names):
        key: Key = (*SCALING, kind, index, "name")
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) or len(name) > 64:
            yield Finding(
                key, "is no name", "1 to 64 lower-case letters, digits and single hyphens"
            )
        elif name in names[:index]:
            yield Finding(key, "is listed twice", "a name of its own")
        elif name in [metric.replace("_", "-") for metric in taken]:
            yield Finding(
                key,
                "is the name of the target tracking policy",
                "a name of its own",
                ((*SCALING, "target_tracking"),),
            )


def _steps(key: Key, step: StepScaling) -> Iterator[Finding]:
    """Steps must cover one side of the threshold, each once (Application Auto Scaling, steps)."""
    infinity = float("inf")
    spans = sorted(
        (
            -infinity if adjustment.lower is None else adjustment.lower,
            infinity if adjustment.upper is None else adjustment.upper,
        )
        for adjustment in step.adjustments
    )
    side = (0, infinity) if step.when == "at_least" else (-infinity, 0)
    joined = all(span[1] == following[0] for span, following in itertools.pairwise(spans))
    ordered = all(lower < upper for lower, upper in spans)
    if not (joined and ordered and (spans[0][0], spans[-1][1]) == side):
        ends = "from 0 upwards, the last one" if side[0] == 0 else "up to 0, the first one"
        yield Finding(
            key,
            "leaves a gap, overlaps, or lies on the wrong side of the threshold",
            f"distances that follow each other {ends} open",
        )
