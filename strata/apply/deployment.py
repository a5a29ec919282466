"""Whether ECS runs what an apply gave it: a deployment that was rolled back is a failed apply.

Terraform's own wait ends well once all tasks run, which they also do after a rollback (provider
5.100.0, `wait_for_steady_state`); without the wait it ends at once.
"""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from strata.aws.errors import explain
from strata.aws.session import pages, session
from strata.errors import StrataError
from strata.settings.models import Settings
from strata.state.states import State, read_state

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient

Json = dict[str, Any]
MOST_OF_A_KIND = 3
TROUBLE = re.compile("fail|unable|unhealthy|rolling back")
"""What an event of ECS has in it that is about trouble; most say that a task started or stopped."""
POLL_SECONDS = 5
STEADY_SECONDS = 600
"""With `wait_for_steady_state` the tasks run when Terraform ends; ECS completes the deployment soon
after."""


@dataclass(frozen=True)
class Service:
    """The service by its names, and the revision that was applied, `shop-dev:7`."""

    cluster: str
    name: str
    revision: str


@dataclass(frozen=True)
class Deployment:
    """How far ECS is with a service.

    `revision` is what its primary deployment runs. `reasons` are ECS's own words on deployments,
    those that failed first, and `events` those on the service, the newest first.
    """

    service: Service
    revision: str
    state: Literal["completed", "in progress", "failed"]
    running: int
    desired: int
    reasons: tuple[str, ...] = ()
    events: tuple[str, ...] = ()

    @property
    def rolled_back(self) -> bool:
        """Whether ECS runs another revision than was applied."""
        return self.revision != self.service.revision

    def words(self) -> str:
        """How far it is, in a sentence."""
        tasks = f"{self.running} of {self.desired} tasks run"
        if not self.rolled_back:
            state = "has failed" if self.state == "failed" else f"is {self.state}"
            return f"the deployment of {self.revision} {state}: {tasks}"
        return (
            f"ECS does not run {self.service.revision}, which was applied: it runs "
            f"{self.revision or 'nothing'}, {tasks}"
        )


def applied_service(state: State | None) -> Service | None:
    """The service in the state of the service layer, and the revision that it was given.

    That is the revision of the task definition: what the state says of the service was read after
    the apply, and is the old revision where ECS has rolled back by then.
    """
    services = list(_attributes(state, "aws_ecs_service"))
    if not services:
        return None
    revision = _revision(services[0]["task_definition"])
    for task in _attributes(state, "aws_ecs_task_definition"):
        if task["family"] == revision.rpartition(":")[0]:
            revision = f"{task['family']}:{task['revision']}"
    return Service(services[0]["cluster"], services[0]["name"], revision)


def _attributes(state: State | None, kind: str) -> Iterator[Json]:
    """The attributes of the managed resources of a type."""
    for resource in state.document["resources"] if state else ():
        if resource["mode"] == "managed" and resource["type"] == kind:
            for instance in resource["instances"]:
                yield instance["attributes"]


def _revision(name: str) -> str:
    """`shop-dev:7` of an ARN of a task definition."""
    return name.rpartition("/")[2]


def judge(service: Service, answer: Json) -> Deployment:
    """How far a service is, by its entry in the answer of DescribeServices."""
    deployments = answer.get("deployments", [])
    primary: Json = next((entry for entry in deployments if entry["status"] == "PRIMARY"), {})
    revision = _revision(primary.get("taskDefinition", ""))
    rollout = primary.get("rolloutState") or _by_counts(answer, deployments)
    failed = [entry for entry in deployments if entry.get("rolloutState") == "FAILED"]
    going = rollout == "IN_PROGRESS" and revision == service.revision
    completed = rollout == "COMPLETED" and revision == service.revision
    return Deployment(
        service=service,
        revision=revision,
        state="completed" if completed else "in progress" if going else "failed",
        running=answer.get("runningCount", 0),
        desired=answer.get("desiredCount", 0),
        reasons=tuple(
            entry["rolloutStateReason"]
            for entry in (*failed, primary)
            if entry.get("rolloutStateReason")
        ),
        events=tuple(
            event["message"]
            for event in answer.get("events", [])
            if TROUBLE.search(event["message"])
        ),
    )


def _by_counts(answer: Json, deployments: list[Json]) -> str:
    """The state of a rollout that ECS gives none of."""
    steady = len(deployments) == 1 and answer.get("runningCount") == answer.get("desiredCount")
    return "COMPLETED" if steady else "IN_PROGRESS"


def look(settings: Settings) -> Deployment | None:
    """How far ECS is with the service that was applied; None before the first apply of it."""
    service = applied_service(read_state(settings.environment, "service"))
    if service is None:
        return None
    try:
        client = session(settings.environment).client("ecs")
        answer = client.describe_services(cluster=service.cluster, services=[service.name])
        return judge(service, next((dict(entry) for entry in answer["services"]), {}))
    except (ClientError, BotoCoreError) as error:
        raise StrataError(
            f"the service is applied, and ECS cannot be asked about its deployment: "
            f"{explain(error).message}"
        ) from error


def require(
    settings: Settings,
    *,
    changed: bool,
    patience: float = STEADY_SECONDS,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Raise StrataError when ECS has given up what was applied.

    With `wait_for_steady_state` it waits until the deployment is completed or failed. Where the
    apply did not change the service, any revision that runs is right.
    """
    deadline = time.monotonic() + patience
    while True:
        deployment = look(settings)
        if deployment is None or deployment.state == "completed":
            return
        if deployment.rolled_back and not changed:
            return
        if deployment.state == "failed":
            raise failure(settings, deployment)
        if not settings.service.wait_for_steady_state:
            return
        if time.monotonic() > deadline:
            raise failure(settings, deployment)
        sleep(POLL_SECONDS)


def failure(settings: Settings, deployment: Deployment) -> StrataError:
    """The error on a deployment that does not come to its end, in ECS's words."""
    words = (deployment.reasons, stopped(settings, deployment.service), deployment.events)
    reasons = dict.fromkeys(reason for kind in words for reason in kind[:MOST_OF_A_KIND])
    lines = [deployment.words(), *(f"ECS: {reason}" for reason in reasons)]
    hint = "mend the cause; the next apply deploys the revision again"
    if not deployment.rolled_back and deployment.state == "failed":
        lines.append("there is no earlier deployment to roll back to: ECS starts no more tasks")
        hint = f"mend the cause, then {redeploy_command(settings, deployment.service)}"
    return StrataError("\n".join(lines), hint)


def explained(settings: Settings, error: StrataError) -> StrataError:
    """An error of Terraform's, and what ECS says where it is about a deployment."""
    try:
        deployment = look(settings)
    except StrataError:
        return error
    if deployment is None or deployment.state == "completed":
        return error
    words = failure(settings, deployment)
    return StrataError(f"{error.message}\n{words.message}", error.hint)


def stopped(settings: Settings, service: Service) -> list[str]:
    """Why its tasks stopped lately, each reason once; empty where ECS cannot be asked."""
    try:
        client = session(settings.environment).client("ecs")
        return list(dict.fromkeys(_stopped(client, service)))
    except (ClientError, BotoCoreError):
        return []


def _stopped(client: "ECSClient", service: Service) -> Iterator[str]:
    tasks = [
        *pages(
            client, "list_tasks", "taskArns",
            cluster=service.cluster, serviceName=service.name, desiredStatus="STOPPED",
        )
    ][:100]  # fmt: skip
    if not tasks:
        return
    for task in client.describe_tasks(cluster=service.cluster, tasks=tasks)["tasks"]:
        reasons = [container.get("reason", "") for container in task.get("containers", [])]
        codes = [
            f"exit code {container['exitCode']}"
            for container in task.get("containers", [])
            if "exitCode" in container
        ]
        words = [task.get("stoppedReason", ""), *reasons, *codes]
        if any(words):
            yield "a task stopped: " + "; ".join(dict.fromkeys(filter(None, words)))


def redeploy_command(settings: Settings, service: Service) -> str:
    """The command that has ECS start a deployment of the same revision anew."""
    cluster = service.cluster.rpartition("/")[2]
    return (
        f"aws ecs update-service --region {settings.environment.region} --cluster {cluster} "
        f"--service {service.name} --force-new-deployment"
    )


def watch_command(settings: Settings, service: Service) -> str:
    """The command that shows how far a deployment is."""
    cluster = service.cluster.rpartition("/")[2]
    return (
        f"aws ecs describe-services --region {settings.environment.region} --cluster {cluster} "
        f"--services {service.name} --query 'services[0].[deployments,events[:5]]'"
    )
