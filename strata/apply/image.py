"""No service is created or changed for an image that is not in its repository.

Its tasks could not start. The circuit breaker of a first deployment has nothing to roll back to:
ECS stops starting tasks, and a push afterwards changes nothing (ECS Developer Guide, deployment
circuit breaker).
"""

from collections.abc import Sequence

from strata.aws.images import Presence, image_of, look, push_commands
from strata.errors import StrataError
from strata.plan_file.changes import Change
from strata.settings.models import Settings


class NoImage(StrataError):
    """The image that new tasks would run is not in its repository; `commands` push it."""

    def __init__(self, env: str, settings: Settings, told_as: str) -> None:
        self.commands = push_commands(env, settings)
        super().__init__(
            f"{told_as}: the image {image_of(settings)} is not in the repository",
            "\n".join(["push it:", *(f"    {command}" for command in self.commands)]),
        )


def starts_tasks(changes: Sequence[Change]) -> bool:
    """Whether these changes start tasks from a task definition that is new to the service."""
    return any(
        "create" in change.actions
        or (change.type == "aws_ecs_service" and "task_definition" in change.changed)
        for change in changes
        if change.type in ("aws_ecs_task_definition", "aws_ecs_service")
    )


def makes_repository(changes: Sequence[Change]) -> bool:
    """Whether these changes make the repository, so that no image can be in it before them."""
    return any(
        change.type == "aws_ecr_repository" and "create" in change.actions for change in changes
    )


def require(env: str, settings: Settings, changes: Sequence[Change], told_as: str) -> list[str]:
    """Raise NoImage when these changes start tasks and their image is not there.

    Returns lines to print: where ECR could not be asked, that nobody has looked.
    """
    if not starts_tasks(changes):
        return []
    answer = look(settings)
    if answer.presence is Presence.UNKNOWN:
        return [unknown(settings, answer.why)]
    if answer.presence is not Presence.PRESENT:
        raise NoImage(env, settings, told_as)
    return []


def unknown(settings: Settings, why: str) -> str:
    """The line that says that nobody has looked for the image."""
    return f"image      {image_of(settings)} was not looked for: {why}"


def before_apply(
    env: str, settings: Settings, changes: Sequence[Change], told_as: str
) -> list[str]:
    """Look for the image before the first of these changes; returns lines to print.

    Raises NoImage where the repository exists and lacks the image. Where the changes make the
    repository, the lines say how to push as soon as it exists; `require` looks again before the
    service layer.
    """
    if not starts_tasks(changes):
        return []
    if not makes_repository(changes):
        return require(env, settings, changes, told_as)
    return [
        "image      can be pushed once the registry layer is applied; until it is there,",
        "           the apply stops before the service layer:",
        f"           {image_of(settings)}",
        *(f"           {command}" for command in push_commands(env, settings)),
    ]
