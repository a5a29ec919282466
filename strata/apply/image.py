"""No service is created or changed for an image that is not in its repository.

Its tasks could not start. The circuit breaker of a first deployment has nothing to roll back to:
ECS stops starting tasks, and a push afterwards changes nothing (ECS Developer Guide, deployment
circuit breaker).
"""

import contextlib
from collections.abc import Sequence
from typing import Any

from strata.aws.images import Image, Presence, image_named, image_of, look, push_commands
from strata.errors import StrataError
from strata.plan_file.changes import Change
from strata.release.place import take_over_command
from strata.resources.containers import containers
from strata.settings.models import Environment, Settings
from strata.settings.resource_names import CONTAINER, worker_of


class NoImage(StrataError):
    """The image that new tasks would run is not in its repository; `commands` push it."""

    def __init__(self, settings: Settings, image: Image, told_as: str) -> None:
        self.image = image
        self.commands = push_commands(settings, image)
        push = ["push it:", *(f"    {command}" for command in self.commands)]
        super().__init__(
            f"{told_as}: the image {image} is not in the repository",
            "\n".join(push) if self.commands else "deploy an image that is there",
        )


def images_in(settings: Settings, changes: Sequence[Change]) -> list[Image]:
    """The images of the tasks that these changes start, each once: those of the task definitions
    that they make; where the plan does not know them yet, those of the settings."""
    shown = {
        worker_of(change.address): image_named(settings, named)
        for change in changes
        if change.type == "aws_ecs_task_definition" and (named := _named_in(change.after))
    }
    started = dict.fromkeys(
        worker_of(change.address) for change in changes if starts_tasks([change])
    )
    images = (shown.get(name) or image_of(settings, name) for name in started)
    return list(dict.fromkeys(images))


def starts_tasks(changes: Sequence[Change]) -> bool:
    """Whether these changes start tasks from a task definition that is new to the service."""
    return any(
        "create" in change.actions
        or (change.type == "aws_ecs_service" and "task_definition" in change.changed)
        for change in changes
        if change.type in ("aws_ecs_task_definition", "aws_ecs_service")
    )


def made_repositories(changes: Sequence[Change]) -> set[str]:
    """The repositories that these changes make, so that no image can be in them before."""
    return {
        str((change.after or {}).get("name"))
        for change in changes
        if change.type == "aws_ecr_repository" and "create" in change.actions
    }


def require(settings: Settings, changes: Sequence[Change], told_as: str) -> list[str]:
    """Raise NoImage when these changes start tasks and their image is not there.

    Returns lines to print: where ECR could not be asked, that nobody has looked.
    """
    return _required(settings, images_in(settings, changes), told_as)


def _required(settings: Settings, images: Sequence[Image], told_as: str) -> list[str]:
    lines = []
    for image in images:
        answer = look(settings, image)
        if answer.presence is Presence.UNKNOWN:
            lines.append(f"image      {image} was not looked for: {answer.why}")
        elif answer.presence is not Presence.PRESENT:
            raise NoImage(settings, image, told_as)
    return lines


def undone(environment: Environment, changes: Sequence[Change]) -> list[str]:
    """Lines about a release by other means than Strata that these changes would undo.

    The parameter of the image stays as it is, and the task definition gets another image all the
    same: the newest revision is not Strata's.
    """
    if any(change.type == "aws_ssm_parameter" for change in changes):
        return []
    for change in changes:
        before, after = _named_in(change.before), _named_in(change.after)
        if change.type == "aws_ecs_task_definition" and before and after and before != after:
            return [
                f"released   {before} was released by other means than Strata,",
                f"           and the apply puts {after} back, unless:",
                f"           {take_over_command(environment, worker_of(change.address))}",
            ]
    return []


def _named_in(values: dict[str, Any] | None) -> str:
    # Unknown or sensitive, it is no list of definitions.
    with contextlib.suppress(ValueError):
        for container in containers((values or {}).get("container_definitions")):
            if container.name == CONTAINER:
                return container.image
    return ""


def before_apply(settings: Settings, changes: Sequence[Change], told_as: str) -> list[str]:
    """Look for the image before the first of these changes; returns lines to print.

    Raises NoImage where a repository exists and lacks its image. Where the changes make the
    repository, the lines say how to push as soon as it exists; `require` looks again before the
    service layer.
    """
    made = made_repositories(changes)
    images = images_in(settings, changes)
    there = [image for image in images if image.repository not in made]
    lines = _required(settings, there, told_as)
    later = [image for image in images if image.repository in made]
    if later:
        lines += [
            "image      can be pushed once the registry layer is applied; until it is there,",
            "           the apply stops before the service layer:",
        ]
    for image in later:
        lines.append(f"           {image}")
        lines += [f"           {command}" for command in push_commands(settings, image)]
    return lines
