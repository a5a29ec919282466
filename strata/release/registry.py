"""Whether an image is in the repository, and for which machines it was built."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from strata.aws.errors import explain
from strata.aws.session import IMPATIENT, session
from strata.errors import StrataError
from strata.release.place import Place
from strata.settings.models import Environment
from strata.settings.resource_names import CONTAINER

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
"""Media types of manifests that name the machines they are for (OCI image spec 1.1)."""
MACHINES = {"X86_64": "amd64", "ARM64": "arm64"}
"""ECS's cpuArchitecture -> architecture in a manifest."""


@dataclass(frozen=True)
class Image:
    """An image that is in the repository; `reference` is what a task definition names."""

    reference: str
    digest: str


def image(environment: Environment, place: Place, wanted: str, architecture: str) -> Image:
    """The image of a tag or digest.

    Raises StrataError, with the commands that push it, when it is not there, and when its manifest
    says that it is for other machines than `architecture` (as ECS names it).
    """
    ecr: ECRClient = session(environment).client("ecr", config=IMPATIENT)
    key = "imageDigest" if wanted.startswith("sha256:") else "imageTag"
    identifiers: Any = [{key: wanted}]
    reference = place.image(wanted)
    of = [] if place.prefix == CONTAINER else ["--service", place.prefix]
    try:
        answer = ecr.batch_get_image(
            repositoryName=place.repository, imageIds=identifiers, acceptedMediaTypes=ACCEPTED
        )
    except ecr.exceptions.RepositoryNotFoundException:
        raise StrataError(
            f"there is no repository {place.repository}",
            f"{environment.command('apply')} makes it",
        ) from None
    except (ClientError, BotoCoreError) as error:
        raise explain(error) from error
    if not answer["images"]:
        raise StrataError(
            f"{place.repository} has no image {wanted}",
            f"{environment.command('push', *of)} puts it there, and so do\n"
            f"{push_commands(reference, architecture)}",
        )
    found = answer["images"][0]
    _fits(reference, found.get("imageManifest", ""), architecture)
    return Image(reference, found["imageId"].get("imageDigest", ""))


ACCEPTED = [
    *INDEXES,
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
]


def push_commands(reference: str, architecture: str) -> str:
    """The commands that push an image with Docker (ECR User Guide, pushing a Docker image), for an
    architecture as ECS names it."""
    registry = reference.partition("/")[0]
    region = registry.split(".")[3]
    return (
        f"aws ecr get-login-password --region {region} | "
        f"docker login --username AWS --password-stdin {registry}\n"
        f"docker build --platform linux/{MACHINES.get(architecture, architecture)} "
        f"--tag {reference} .\n"
        f"docker push {reference}"
    )


def _fits(reference: str, manifest: str, architecture: str) -> None:
    try:
        content = json.loads(manifest or "{}")
    except ValueError:
        return
    # The manifest of a single image does not say; its configuration would.
    machines = {
        str(one["platform"].get("architecture"))
        for one in content.get("manifests", [])
        if one.get("platform", {}).get("os") not in (None, "unknown")
    }
    needed = MACHINES.get(architecture, architecture)
    if machines and needed not in machines:
        raise StrataError(
            f"{reference} is built for {', '.join(sorted(machines))}, and the cluster's instances "
            f"are {needed}",
            f"docker build --platform linux/{needed} builds it for them",
        )
