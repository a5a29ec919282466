"""No service is created or changed for an image that is not in its repository.

Its tasks could not start. The circuit breaker of a first deployment has nothing to roll back to:
ECS stops starting tasks, and a push afterwards changes nothing (ECS Developer Guide, deployment
circuit breaker).
"""

import contextlib
import shlex
from collections.abc import Sequence
from typing import Any

from strata.aws.images import Image, Presence, image_named, image_of, look, push_commands
from strata.errors import StrataError
from strata.plan_file.changes import Change
from strata.resources.containers import containers
from strata.settings.models import Settings
from strata.settings.resource_names import CONTAINER, worker_of


class NoImage(StrataError):
    """The image that new tasks would run is not in its repository; `commands` push it."""

    def __init__(self, env: str, settings: Settings, image: Image, told_as: str) -> None:
        self.image = image
        self.commands = push_commands(env, settings, image)
        push = ["push it:", *(f"    {command}" for command in self.commands)]
        super().__init__(
            f"{told_as}: the image {image} is not in the repository",
            "\n".join(push) if self.commands else "deploy an image that is there",
        )


def image_in(settings: Settings, changes: Sequence[Change]) -> Image:
    """The image of the task definition that these changes make; where the plan does not know it
    yet, that of the settings."""
    for change in changes:
        if change.type == "aws_ecs_task_definition" and change.after:
            # Unknown or sensitive, it is no list of definitions.
            with contextlib.suppress(ValueError):
                for container in containers(change.after.get("container_definitions")):
                    if container.name == CONTAINER:
                        return image_named(settings, container.image)
    return image_of(settings)


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
    image = image_in(settings, changes)
    answer = look(settings, image)
    if answer.presence is Presence.UNKNOWN:
        return [f"image      {image} was not looked for: {answer.why}"]
    if answer.presence is not Presence.PRESENT:
        raise NoImage(env, settings, image, told_as)
    return []


def undone(env: str, changes: Sequence[Change]) -> list[str]:
    """Lines about a release by other means than Strata that these changes would undo.

    The parameter of the image stays as it is, and the task definition gets another image all the
    same: the newest revision is not Strata's.
    """
    if any(change.type == "aws_ssm_parameter" for change in changes):
        return []
    for change in changes:
        before, after = _named_in(change.before), _named_in(change.after)
        if change.type == "aws_ecs_task_definition" and before and after and before != after:
            of = worker_of(change.address)
            words = ["strata", "deploy", env, *(["--service", of] if of else []), "--take-over"]
            return [
                f"released   {before} was released by other means than Strata,",
                f"           and the apply puts {after} back, unless:",
                f"           {shlex.join(words)}",
            ]
    return []


def _named_in(values: dict[str, Any] | None) -> str:
    # Unknown or sensitive, it is no list of definitions.
    with contextlib.suppress(ValueError):
        for container in containers((values or {}).get("container_definitions")):
            if container.name == CONTAINER:
                return container.image
    return ""


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
        *(f"           {command}" for command in push_commands(env, settings, image_of(settings))),
    ]
