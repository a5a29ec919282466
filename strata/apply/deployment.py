"""Whether ECS runs what an apply gave it: a deployment that was rolled back is a failed apply.

That holds for `[service]` and for each of `[services]`. The verdict is that of a release
(`strata.release.verdict`). Terraform's own wait ends well once all tasks run, which they also do
after a rollback (provider 5.100.0, `wait_for_steady_state`); without the wait it ends at once.
"""

import contextlib
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from strata.errors import StrataError
from strata.release import verdict
from strata.release.ecs import Ecs, NoService
from strata.release.logs import with_log
from strata.release.place import Place, place, places, service_option
from strata.release.verdict import Cause, Outcome, Seen, Verdict, Wanted
from strata.settings.models import Environment, Settings
from strata.settings.resource_names import CONTAINER
from strata.state.states import State, read_state
from strata.text.words import listed

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
    """A service by its names, and the revision that was applied, `shop-dev:7`."""

    cluster: str
    name: str
    revision: str

    @property
    def key(self) -> str:
        """Its name in `[services]`; empty for `[service]`, whose name in ECS is the cluster's."""
        return self.name.removeprefix(self.cluster.rpartition("/")[2]).removeprefix("-")


@dataclass(frozen=True)
class Deployment:
    """How far ECS is with what was applied: what it says, and the verdict on that.

    Both are None where ECS has no such service.
    """

    service: Service
    seen: Seen | None
    verdict: Verdict | None

    @property
    def state(self) -> Literal["completed", "in progress", "failed"]:
        """What counts for an apply: a deployment that was replaced was not applied either."""
        outcome = self.verdict.outcome if self.verdict else Outcome.FAILED
        states: dict[Outcome, Literal["completed", "in progress"]] = {
            Outcome.COMPLETED: "completed",
            Outcome.GOING_ON: "in progress",
        }
        return states.get(outcome, "failed")

    @property
    def revision(self) -> str:
        """What the service goes to, `shop-dev:6`; empty without a service."""
        runs = self.verdict.runs if self.verdict else 0
        return f"{self.service.revision.rpartition(':')[0]}:{runs}" if runs else ""

    @property
    def rolled_back(self) -> bool:
        """Whether ECS runs another revision than was applied."""
        return self.revision != self.service.revision

    def words(self) -> str:
        """How far it is, in a sentence."""
        running, desired = 0, 0
        if self.seen:
            running, desired = self.seen.service.running, self.seen.service.desired
        tasks = f"{running} of {desired} tasks run"
        if not self.rolled_back:
            state = "has failed" if self.state == "failed" else f"is {self.state}"
            return f"the deployment of {self.revision} {state}: {tasks}"
        return (
            f"ECS does not run {self.service.revision}, which was applied: it runs "
            f"{self.revision or 'nothing'}, {tasks}"
        )


def applied_services(state: State | None, settings: Settings) -> list[Service]:
    """The services of the settings that are in the state of the service layer, `[service]` first,
    each with the revision that it was given.

    That is the revision of the task definition: what the state says of the service was read after
    the apply, and is the old revision where ECS has rolled back by then.
    """
    tasks = {
        task["family"]: f"{task['family']}:{task['revision']}"
        for task in _attributes(state, "aws_ecs_task_definition")
    }
    services = {service["name"]: service for service in _attributes(state, "aws_ecs_service")}
    found = []
    for where in places(settings):
        if service := services.get(where.service):
            revision = _revision(service["task_definition"])
            revision = tasks.get(revision.rpartition(":")[0], revision)
            found.append(Service(service["cluster"], service["name"], revision))
    return found


def _attributes(state: State | None, kind: str) -> Iterator[Json]:
    """The attributes of the managed resources of a type."""
    for resource in state.document["resources"] if state else ():
        if resource["mode"] == "managed" and resource["type"] == kind:
            for instance in resource["instances"]:
                yield instance["attributes"]


def _revision(name: str) -> str:
    """`shop-dev:7` of an ARN of a task definition."""
    return name.rpartition("/")[2]


def judge(service: Service, seen: Seen | None) -> Deployment:
    """How far a service is, by what ECS says of it; None where it has no such service."""
    if seen is None:
        return Deployment(service, None, None)
    revision = int(service.revision.rpartition(":")[2])
    wanted = Wanted.newest_of(revision, seen, datetime.now(UTC))
    return Deployment(service, seen, verdict.judge(wanted, seen, CONTAINER, service.key))


def look(settings: Settings) -> list[Deployment]:
    """How far ECS is with each service that was applied; empty before the first apply."""
    services = applied_services(read_state(settings.environment, "service"), settings)
    return [_look(settings, service) for service in services]


def _look(settings: Settings, service: Service) -> Deployment:
    where = replace(_place(settings, service), cluster=service.cluster.rpartition("/")[2])
    try:
        return judge(service, Ecs(settings.environment, where).seen())
    except NoService:
        return judge(service, None)
    except StrataError as error:
        raise StrataError(
            f"the service {service.name} is applied, and ECS cannot be asked about its "
            f"deployment: {error.message}",
            error.hint,
        ) from error


def _place(settings: Settings, service: Service) -> Place:
    """Where a service and its log are."""
    own = next((one for one in places(settings) if one.service == service.name), place(settings))
    return replace(own, service=service.name)


def require(
    settings: Settings,
    *,
    changed: bool,
    patience: float = STEADY_SECONDS,
    sleep: Callable[[float], None] = time.sleep,
    tell: Callable[[str], None] = lambda _: None,
) -> None:
    """Raise StrataError when ECS has given up what was applied, of any service.

    With `wait_for_steady_state` it waits until each deployment is completed or one has failed.
    Where the apply did not change the layer, any revision that runs is right. `tell` is told which
    services it waits for.
    """
    deadline = time.monotonic() + patience
    while True:
        open_ = [one for one in look(settings) if not _settled(one, changed=changed)]
        failed = [one for one in open_ if one.state == "failed"]
        if failed:
            raise failure(settings, *failed)
        if not open_ or not settings.service.wait_for_steady_state:
            return
        if time.monotonic() > deadline:
            raise failure(settings, *open_)
        tell(f"until ECS has deployed {listed([one.service.name for one in open_])}")
        sleep(POLL_SECONDS)


def _settled(deployment: Deployment, *, changed: bool) -> bool:
    """Whether there is nothing to wait for, and nothing wrong."""
    if deployment.state == "completed":
        return True
    return not changed and (deployment.rolled_back or _rolled_out(deployment))


def _rolled_out(deployment: Deployment) -> bool:
    """Whether ECS calls it completed, whatever the targets are now."""
    primary = deployment.seen.service.primary if deployment.seen else None
    return primary is not None and primary.rollout == "COMPLETED"


def failure(settings: Settings, *deployments: Deployment) -> StrataError:
    """The error on deployments that do not come to their end: the verdicts, in ECS's words."""
    errors = [_failure(settings, deployment) for deployment in deployments]
    hints = dict.fromkeys(line for one in errors if one.hint for line in one.hint.splitlines())
    return StrataError("\n".join(one.message for one in errors), "\n".join(hints))


def _failure(settings: Settings, deployment: Deployment) -> StrataError:
    found = deployment.verdict
    if found:
        # Its log is worth no second error.
        with contextlib.suppress(StrataError):
            where = _place(settings, deployment.service)
            found = with_log(settings.environment, where, found)
    reasons = dict.fromkeys(_reasons(deployment, found))
    lines = [deployment.words(), *(f"ECS: {reason}" for reason in reasons)]
    if found and found.exit_code is not None:
        lines.append(f"exit code {found.exit_code} (task {found.task})")
    if found and found.log:
        lines += [f"last lines of task {found.task}:", *(f"  {line}" for line in found.log)]
    if found:
        lines += [f"targets: {target}" for target in found.targets]
    hint = "mend the cause; the next apply deploys the revision again"
    if not deployment.rolled_back and deployment.state == "failed":
        lines.append("there is no earlier deployment to roll back to: ECS starts no more tasks")
        hint = f"mend the cause, then {redeploy_command(settings, deployment.service)}"
    advice = found.advice if found and found.cause is not Cause.OTHER else ""
    return StrataError("\n".join(lines), "\n".join(filter(None, [advice, hint])))


def _reasons(deployment: Deployment, found: Verdict | None) -> Iterator[str]:
    """ECS's words: on deployments, those that failed first; on the task; on the service."""
    if deployment.seen is None or found is None:
        return
    deployments = sorted(
        deployment.seen.service.deployments,
        key=lambda one: (one.rollout != "FAILED", one.status != "PRIMARY"),
    )
    open_ = [
        one
        for one in deployments
        if one.rollout == "FAILED" or (one.status == "PRIMARY" and one.rollout != "COMPLETED")
    ]
    yield from [one.reason for one in open_ if one.reason][:MOST_OF_A_KIND]
    if found.words:
        yield found.words
    newest = reversed(found.events)
    yield from [e.message for e in newest if TROUBLE.search(e.message)][:MOST_OF_A_KIND]


def explained(settings: Settings, error: StrataError) -> StrataError:
    """An error of Terraform's, and what ECS says where it is about a deployment."""
    try:
        open_ = [one for one in look(settings) if one.state != "completed"]
    except StrataError:
        return error
    if not open_:
        return error
    return StrataError(f"{error.message}\n{failure(settings, *open_).message}", error.hint)


def redeploy_command(settings: Settings, service: Service) -> str:
    """The command that has ECS start a deployment of the same revision anew."""
    cluster = service.cluster.rpartition("/")[2]
    return (
        f"aws ecs update-service --region {settings.environment.region} --cluster {cluster} "
        f"--service {service.name} --force-new-deployment"
    )


def watch_command(environment: Environment, service: Service) -> str:
    """The command that watches a deployment to its end."""
    return environment.command("deploy", "--watch-only", *service_option(service.key))
