"""The image that the service runs: whether it is in the repository, and how it gets there."""

import shlex
from dataclasses import dataclass, replace
from enum import StrEnum

from botocore.exceptions import BotoCoreError, ClientError

from strata.aws.errors import explain
from strata.aws.session import IMPATIENT, session
from strata.settings.models import Settings
from strata.settings.resource_names import image_tag, repository_name


class Presence(StrEnum):
    """What the registry says of an image."""

    PRESENT = "present"
    NO_IMAGE = "no image"
    """The repository exists, and no image in it has the tag."""
    NO_REPOSITORY = "no repository"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Answer:
    """Whether an image is there; where ECR could not be asked, the reason."""

    presence: Presence
    why: str = ""


@dataclass(frozen=True)
class Image:
    """An image in the registry (ECR) of an account and a region; a digest goes before the tag."""

    account_id: str
    region: str
    repository: str
    tag: str
    digest: str = ""

    @property
    def registry(self) -> str:
        """The host that Docker logs in to."""
        return f"{self.account_id}.dkr.ecr.{self.region}.amazonaws.com"

    def __str__(self) -> str:
        sign = f"@{self.digest}" if self.digest else f":{self.tag}"
        return f"{self.registry}/{self.repository}{sign}"


ABSENT = {
    "ImageNotFoundException": Presence.NO_IMAGE,
    "RepositoryNotFoundException": Presence.NO_REPOSITORY,
}


def image_of(settings: Settings, service: str = "") -> Image:
    """The image that the service of these settings runs, or one of `[services]`."""
    environment = settings.environment
    return Image(
        account_id=environment.account_id,
        region=environment.region,
        repository=repository_name(settings, service),
        tag=image_tag(settings, service),
    )


def image_named(settings: Settings, reference: str) -> Image:
    """The image of a reference such as `HOST/REPOSITORY:TAG`, as a container definition has it."""
    path = reference.partition("/")[2]
    name, _, digest = path.partition("@")
    repository, _, tag = name.rpartition(":") if ":" in name else (name, "", "")
    return replace(image_of(settings), repository=repository, tag=tag, digest=digest)


def look(settings: Settings, image: Image) -> Answer:
    """Whether an image is in its repository."""
    try:
        session(settings.environment).client("ecr", config=IMPATIENT).describe_images(
            registryId=image.account_id,
            repositoryName=image.repository,
            imageIds=[{"imageDigest": image.digest} if image.digest else {"imageTag": image.tag}],
        )
    except ClientError as error:
        presence = ABSENT.get(error.response["Error"]["Code"])
        return Answer(presence) if presence else Answer(Presence.UNKNOWN, explain(error).message)
    except BotoCoreError as error:
        return Answer(Presence.UNKNOWN, explain(error).message)
    return Answer(Presence.PRESENT)


def push_commands(settings: Settings, image: Image) -> list[str]:
    """The commands that put the image into its repository, as a shell takes them; none for one that
    is named by its digest alone, which no push can promise."""
    if not image.tag:
        return []
    environment = settings.environment
    if environment.emulated:
        return [shlex.join(["strata", "emulator", "push", image.repository, image.tag])]
    for name, service in settings.services.items():
        if image.repository == service.repository:
            return [environment.command("push", "--service", name, "--tag", image.tag)]
    return [environment.command("push", "--tag", image.tag)]
