"""ECS task definitions: who registered a revision and when, and the newest ACTIVE one of a family.

moto 5.2.5 answers neither registeredAt nor registeredBy, and DescribeTaskDefinition of a family
gives the newest revision although it was deregistered; AWS gives the latest ACTIVE one (API
reference, DescribeTaskDefinition).
"""

from datetime import UTC, datetime
from typing import Any

from moto.ecs.models import EC2ContainerServiceBackend, TaskDefinitionNotFoundException
from moto.ecs.responses import EC2ContainerServiceResponse as Response

describe = EC2ContainerServiceBackend.describe_task_definition
register = Response.register_task_definition


def _describe(self: Any, task_definition_str: str) -> Any:
    family = task_definition_str.rpartition("/")[2]
    if ":" in family:
        return describe(self, task_definition_str)
    revisions = self.task_definitions.get(family, {})
    active = [number for number, one in revisions.items() if one.status == "ACTIVE"]
    if not active:
        raise TaskDefinitionNotFoundException
    return revisions[max(active)]


def _register(self: Any) -> Any:
    answer = register(self)
    revisions = self.ecs_backend.task_definitions[self._get_param("family")]
    made = revisions[max(revisions)]
    made.registered_at = datetime.now(UTC)
    # Who STS says calls (moto, GetCallerIdentity).
    made.registered_by = f"arn:aws:sts::{self.current_account}:user/moto"
    return answer


def fill() -> None:
    """Say who registered a revision, and find the newest one that is ACTIVE."""
    EC2ContainerServiceBackend.describe_task_definition = _describe
    Response.register_task_definition = _register
