"""The calls to ECS and Elastic Load Balancing that a release makes; no decisions.

Errors of AWS are StrataErrors in AWS's words, an expired login by its name (`strata.aws.errors`).
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import BotoCoreError, ClientError

from strata.aws.errors import explain
from strata.aws.session import IMPATIENT, pages, session
from strata.errors import StrataError
from strata.release import model
from strata.release.model import Revision, Service, Target, Task
from strata.release.place import Place, place
from strata.release.verdict import Seen
from strata.settings.models import Environment, Settings
from strata.settings.resource_names import CONTAINER, JOB_GROUP

if TYPE_CHECKING:
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.type_defs import ContainerInstanceTypeDef
    from mypy_boto3_elbv2 import ElasticLoadBalancingv2Client

DESCRIBED = 100
"""Tasks that DescribeTasks takes at once (ECS API reference)."""


class NoService(StrataError):
    """The service is not there."""


@contextlib.contextmanager
def asking() -> Iterator[None]:
    """Have errors of AWS in the block raised as StrataErrors."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise explain(error) from error


def described(environment: Environment, arn: str) -> Revision:
    """A revision by its ARN."""
    client: ECSClient = session(environment).client("ecs", config=IMPATIENT)
    with asking():
        answer = client.describe_task_definition(taskDefinition=arn)
    return model.revision(cast("Mapping[str, Any]", answer["taskDefinition"]), CONTAINER)


def drop_revisions(settings: Settings) -> None:
    """Deregister every revision of the task definitions: Terraform's destroy leaves them ACTIVE.

    Those of services that the settings no longer have too: found by name, and known by their tags.
    """
    environment, where = settings.environment, place(settings)
    for family in _families(environment, where.family):
        ecs = Ecs(environment, replace(where, family=family))
        for revision in ecs.revisions():
            ecs.deregister(revision)


def _families(environment: Environment, beginning: str) -> Iterator[str]:
    """The families of an environment whose names begin so; of others the tags differ."""
    client: ECSClient = session(environment).client("ecs", config=IMPATIENT)
    with asking():
        families = list(
            pages(
                client, "list_task_definition_families", "families",
                familyPrefix=beginning, status="ACTIVE",
            )
        )  # fmt: skip
        for family in families:
            try:
                answer = client.describe_task_definition(taskDefinition=family, include=["TAGS"])
            except client.exceptions.ClientException:
                # None of its revisions is ACTIVE.
                continue
            tags = {one["key"]: one["value"] for one in answer.get("tags", [])}
            if family == beginning or environment.tags.items() <= tags.items():
                yield family


class Ecs:
    """ECS for the service at a place."""

    def __init__(self, environment: Environment, place: Place) -> None:
        self.place = place
        self._session = session(environment)
        self.client: ECSClient = self._session.client("ecs", config=IMPATIENT)

    def service(self) -> Service:
        """The service; raises NoService when there is none."""
        with self._asking():
            answer = self.client.describe_services(
                cluster=self.place.cluster, services=[self.place.service]
            )
        services = [one for one in answer["services"] if one["status"] != "INACTIVE"]
        if not services:
            raise self._none()
        return model.service(cast("Mapping[str, Any]", services[0]))

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        """As `asking`; raises NoService where the cluster or the service is not there."""
        found = self.client.exceptions
        with asking():
            try:
                yield
            except (found.ClusterNotFoundException, found.ServiceNotFoundException):
                raise self._none() from None

    def _none(self) -> NoService:
        place = self.place
        return NoService(
            f"{place.environment.name} has no service {place.service} in the cluster "
            f"{place.cluster}",
            f"{place.environment.command('apply')} makes it",
        )

    def seen(self) -> Seen:
        """What AWS says now of the service; raises NoService when there is none."""
        service = self.service()
        return Seen(service=service, tasks=self.tasks(), targets=self.targets(service))

    def tasks(self) -> list[Task]:
        """Tasks of the service that run or are to run, and those that stopped within the hour.

        ECS lists stopped tasks for an hour (ECS API reference, DescribeTasks). Raises NoService.
        """
        return [
            *self._listed(serviceName=self.place.service, desiredStatus="RUNNING"),
            *self._listed(serviceName=self.place.service, desiredStatus="STOPPED"),
        ]

    def jobs(self) -> list[Task]:
        """The tasks of jobs that run or are to run, and those that stopped within the hour."""
        listed = [
            *self._listed(family=self.place.family, desiredStatus="RUNNING"),
            *self._listed(family=self.place.family, desiredStatus="STOPPED"),
        ]
        return [task for task in listed if task.group.startswith(JOB_GROUP)]

    def task(self, task_id: str) -> Task | None:
        """One task; None when ECS no longer knows it."""
        return next(iter(self._described([task_id])), None)

    def instances(self) -> "list[ContainerInstanceTypeDef]":
        """The cluster's instances, as ECS describes them; raises NoService without a cluster."""
        cluster = self.place.cluster
        with self._asking():
            arns = list(
                pages(
                    self.client, "list_container_instances", "containerInstanceArns",
                    cluster=cluster,
                )
            )  # fmt: skip
            if not arns:
                return []
            answer = self.client.describe_container_instances(
                cluster=cluster, containerInstances=arns[:DESCRIBED]
            )
        return answer["containerInstances"]

    def _listed(self, **filters: str) -> list[Task]:
        with self._asking():
            arns = list(
                pages(self.client, "list_tasks", "taskArns", cluster=self.place.cluster, **filters)
            )
        return self._described(arns)

    def _described(self, arns: Sequence[str]) -> list[Task]:
        found: list[Task] = []
        for at in range(0, len(arns), DESCRIBED):
            with asking():
                answer = self.client.describe_tasks(
                    cluster=self.place.cluster, tasks=list(arns[at : at + DESCRIBED])
                )
            found += [model.task(cast("Mapping[str, Any]", one)) for one in answer["tasks"]]
        return found

    def revision(self, which: int | None = None) -> Revision:
        """A revision of the task definition; without a number the newest ACTIVE one."""
        return model.revision(self._definition(which)["taskDefinition"], self.place.container)

    def definition(self, revision: Revision) -> Mapping[str, Any]:
        """The whole task definition of a revision, as ECS describes it."""
        return cast("Mapping[str, Any]", self._definition(revision.number)["taskDefinition"])

    def revisions(self) -> list[int]:
        """The ACTIVE revisions, the newest first."""
        family = self.place.family
        with asking():
            arns = list(
                pages(
                    self.client, "list_task_definitions", "taskDefinitionArns",
                    familyPrefix=family, status="ACTIVE", sort="DESC",
                )
            )  # fmt: skip
        ours = [arn for arn in arns if model.short(arn).rpartition(":")[0] == family]
        return sorted(map(model.number, ours), reverse=True)

    def register(self, image: str | None = None, like: int | None = None) -> Revision:
        """Register a copy of the newest revision, or of `like`, with `image` if one is given.

        Everything that RegisterTaskDefinition takes is copied, tags as well.
        """
        described = self._definition(like)
        shape = self.client.meta.service_model.operation_model("RegisterTaskDefinition").input_shape
        taken = shape.members if shape else {}
        definition = described["taskDefinition"]
        arguments: dict[str, Any] = {
            name: value for name, value in definition.items() if name in taken
        }
        if tags := described.get("tags"):
            arguments["tags"] = tags
        if image is not None:
            arguments["containerDefinitions"] = [
                {**one, "image": image} if one["name"] == self.place.container else one
                for one in arguments["containerDefinitions"]
            ]
        with asking():
            answer = self.client.register_task_definition(**arguments)
        return model.revision(
            cast("Mapping[str, Any]", answer["taskDefinition"]), self.place.container
        )

    def deregister(self, which: int) -> None:
        """Make a revision INACTIVE: no new deployment can take it."""
        with asking():
            self.client.deregister_task_definition(taskDefinition=f"{self.place.family}:{which}")

    def update(self, revision: Revision) -> Service:
        """Have the service run a revision: begins a deployment, the primary one of the answer."""
        with asking():
            answer = self.client.update_service(
                cluster=self.place.cluster,
                service=self.place.service,
                taskDefinition=revision.arn,
                # Without it UpdateService starts nothing for the revision that runs already.
                forceNewDeployment=True,
            )
        return model.service(cast("Mapping[str, Any]", answer["service"]))

    @cached_property
    def _elb(self) -> "ElasticLoadBalancingv2Client":
        return self._session.client("elbv2", config=IMPATIENT)

    def targets(self, service: Service) -> list[Target]:
        """The targets of the service's load balancer; none without one."""
        if not service.target_group:
            return []
        with asking():
            answer = self._elb.describe_target_health(TargetGroupArn=service.target_group)
        return [
            model.target(cast("Mapping[str, Any]", one))
            for one in answer["TargetHealthDescriptions"]
        ]

    def _definition(self, which: int | None) -> dict[str, Any]:
        family = self.place.family
        name = family if which is None else f"{family}:{which}"
        try:
            answer = self.client.describe_task_definition(taskDefinition=name, include=["TAGS"])
        except self.client.exceptions.ClientException as error:
            raise StrataError(
                f"there is no task definition {name}",
                f"{self.place.environment.command('status')} shows what runs",
            ) from error
        except (ClientError, BotoCoreError) as error:
            raise explain(error) from error
        return cast("dict[str, Any]", answer)
