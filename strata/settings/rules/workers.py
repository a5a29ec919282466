"""The further services of the cluster."""

import re
from collections.abc import Iterator

from strata.settings.connected import variables
from strata.settings.models import Environment, Settings, Worker
from strata.settings.positions import Key
from strata.settings.resource_names import APP_USER, CONTAINER, repository_name
from strata.settings.rules.compute import judge_tag
from strata.settings.rules.containers import judge_words
from strata.settings.rules.finding import Finding
from strata.settings.rules.secrets import OURS

NAME = re.compile(r"(?=.{1,32}\Z)[a-z0-9]+(-[a-z0-9]+)*")
"""32 characters, so that the names made of it stay readable."""

NAME_OF_QUEUE = re.compile(r"(?=.{1,80}\Z)[A-Za-z0-9_-]+(\.fifo)?")
"""SQS API reference, CreateQueue: 80 characters, with the ending of a FIFO queue."""
ARN_OF_QUEUE = re.compile(rf"arn:aws:sqs:(?P<where>[a-z0-9-]+:[0-9]{{12}}):{NAME_OF_QUEUE.pattern}")


def check(settings: Settings) -> Iterator[Finding]:
    """Check `[services.NAME]`; whether there is room for their tasks is the matter of `compute`."""
    for name, worker in settings.services.items():
        key: Key = ("services", name)
        if not NAME.fullmatch(name):
            yield Finding(
                key,
                "is not a valid name for a service",
                "1 to 32 lower-case letters, digits and single hyphens",
            )
        elif name == CONTAINER:
            yield Finding(key, "is the name of [service] itself", "another name")
        elif name == APP_USER and settings.database.app_user:
            yield Finding(
                key,
                "is the name of the task that makes the user of [database.app_user]",
                "another name",
                (("database", "app_user"),),
            )
        if worker.command and not worker.command[0].strip():
            yield Finding((*key, "command"), "has no program to run", '["node", "worker.js"]')
        if not worker.command and not worker.repository:
            yield Finding(
                (*key, "command"),
                "is empty, and in the image of [service] it would be [service] once more",
                '["node", "worker.js"], or a repository for an image of its own',
                ((*key, "repository"),),
            )
        yield from _image(key, worker, settings)
        yield from judge_words((*key, "command"), worker.command)
        if worker.max_count is not None and worker.max_count <= worker.desired_count:
            yield Finding(
                (*key, "max_count"),
                f"is not more than desired_count, {worker.desired_count}",
                "more, or no max_count for a fixed number",
                ((*key, "desired_count"),),
            )
        yield from _scaling(key, worker, settings.environment)
        yield from _port(key, name, worker)
    yield from _links(settings)


def _links(settings: Settings) -> Iterator[Finding]:
    """With Service Connect on a bridge, containers live in the network of a pause container each
    (amazon-ecs-agent, agent/api/task/task.go), and Docker refuses links there."""
    if not settings.connected:
        return
    port = next((("services", name, "port") for name, one in settings.services.items() if one.port))
    places: list[Key] = [("service",)]
    places += [("service", "sidecars", at) for at in range(len(settings.service.sidecars))]
    for place, container in zip(places, settings.service.containers, strict=True):
        if container.links:
            yield Finding(
                (*place, "links"),
                "cannot be beside a service with a port: Service Connect gives each container a "
                "network of its own, where Docker takes no links",
                "no links, or no port",
                (port,),
            )


def _port(key: Key, name: str, worker: Worker) -> Iterator[Finding]:
    """Check by what the others reach a service."""
    if worker.port is None:
        if "protocol" in worker.model_fields_set and worker.protocol != "http":
            wrong = "has no effect without a port"
            yield Finding((*key, "protocol"), wrong, "a port, or no protocol")
        return
    if worker.route is not None:
        yield Finding(
            (*key, "port"),
            "is of an internal service, and this one has a route",
            "route.container_port in its place: the others call it at its host, through the load "
            "balancer; or no route",
            ((*key, "route"),),
        )
    taken = [variable for variable in variables(name) if variable in OURS]
    if taken:
        yield Finding(
            key,
            f"would be in the variable {taken[0]}, which Strata sets already",
            "another name, or no port",
            ((*key, "port"),),
        )
    if name == "localhost":
        yield Finding(key, "is the name of every host for itself", "another name, or no port")


def _scaling(key: Key, worker: Worker, environment: Environment) -> Iterator[Finding]:
    """Check by what a worker scales, and that it can."""
    least: Key = (*key, "desired_count")
    changed = worker.cpu_percent != Worker.model_fields["cpu_percent"].default
    if changed and worker.max_count is None:
        wrong = "has no effect: the service does not scale without max_count"
        yield Finding((*key, "cpu_percent"), wrong, "max_count, or no cpu_percent")
    if worker.max_count is not None and worker.desired_count == 0:
        # Target tracking moves a number in proportion to a metric that tasks send or divide.
        what = "messages for each task" if worker.queue else "CPU"
        yield Finding(
            least,
            f"leaves no task whose {what} could be measured, so none would ever be started",
            "1 or more where max_count is set",
            ((*key, "max_count"),),
        )
    if worker.queue is None:
        if worker.messages_per_task is not None:
            wrong = "has no effect without a queue"
            yield Finding((*key, "messages_per_task"), wrong, "a queue, or no messages_per_task")
        return
    yield from _queue((*key, "queue"), worker.queue, environment)
    if worker.messages_per_task is None:
        yield Finding(
            (*key, "queue"),
            "is given without messages_per_task",
            "messages_per_task = the seconds that a message may wait, by those that one takes",
        )
    if worker.max_count is None:
        wrong = "has no effect: the service does not scale without max_count"
        yield Finding((*key, "queue"), wrong, "max_count, or no queue")
    if changed and worker.max_count is not None:
        wrong = "has no effect: the service scales by its queue"
        yield Finding(
            (*key, "cpu_percent"), wrong, "no cpu_percent, or no queue", ((*key, "queue"),)
        )


def _queue(key: Key, queue: str, environment: Environment) -> Iterator[Finding]:
    if NAME_OF_QUEUE.fullmatch(queue):
        return
    match = ARN_OF_QUEUE.fullmatch(queue)
    where = f"{environment.region}:{environment.account_id}"
    if not match:
        right = f"such as arn:aws:sqs:{where}:mails, or mails"
        yield Finding(key, "is neither the ARN nor the name of an SQS queue", right)
    elif match["where"] != where:
        yield Finding(
            key,
            "is in another region or account, whose CloudWatch has the depth of it",
            f"a queue of {where}",
            (("environment", "region"), ("environment", "account_id")),
        )


def _image(key: Key, worker: Worker, settings: Settings) -> Iterator[Finding]:
    """The tag and the repository of an image of its own."""
    if worker.repository and worker.repository == repository_name(settings):
        yield Finding(
            (*key, "repository"),
            "is the repository of [registry], whose images every service may run already",
            "leave it out, or the name of another repository",
            (("registry", "repository"),),
        )
    if worker.image_tag is not None:
        yield from judge_tag((*key, "image_tag"), worker.image_tag, settings)
