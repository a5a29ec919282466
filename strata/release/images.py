"""Marks the images that the service runs, so that the registry never lets one expire.

ECR counts images and does not know which of them run. An image that was deployed gets a tag of its
own beside the one that it was pushed with; the first rule of the lifecycle policy selects such
tags, and no later rule expires what it selects (`modules/registry.py`).
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from strata.aws.session import IMPATIENT, session
from strata.release.ecs import Ecs, NoService, asking
from strata.release.place import Place, place, places
from strata.settings.models import Settings
from strata.settings.resource_names import DEPLOYED

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecr.type_defs import ImageIdentifierTypeDef

MANIFESTS = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
)
"""Of images, and of lists of images for several architectures: without the latter ECR would answer
with the image of one architecture, and the tag would be on that."""

LONGEST_TAG = 128
"""Characters (OCI Distribution Specification 1.1, pulling manifests)."""


def keep_running(settings: Settings, *soon: str) -> list[str]:
    """Mark every image that a deployment of the service runs, and those that are about to run, by
    their full references; the tags that are new.

    Raises StrataError in AWS's words. An image of another registry, or one that is not there yet,
    is passed over.
    """
    running: list[str] = []
    for where in places(settings):
        ecs = Ecs(settings.environment, where)
        try:
            service = ecs.service()
        except NoService:
            if where == place(settings):
                raise
            # A worker that no apply has made yet.
            continue
        revisions = {service.revision, *(one.revision for one in service.deployments)}
        running += [ecs.revision(number).image for number in sorted(revisions)]
    return keep(settings, [*running, *soon])


def keep(settings: Settings, images: Iterable[str]) -> list[str]:
    """Mark images by their full references; the tags that are new."""
    client: ECRClient = session(settings.environment).client("ecr", config=IMPATIENT)
    repositories = {where.repository: where for where in places(settings)}.values()
    given = (
        _mark(client, where, image) for image in dict.fromkeys(images) for where in repositories
    )
    return [tag for tag in given if tag]


def mark(reference: str) -> str:
    """The tag that keeps an image, by the tag or the digest that a task definition names it by."""
    return f"{DEPLOYED}{reference.replace(':', '-')}"[:LONGEST_TAG]


def _reference(where: Place, image: str) -> str:
    """The tag or digest of an image in the environment's repository; empty for another one."""
    own = re.escape(f"{where.registry}/{where.repository}")
    match = re.fullmatch(rf"{own}(?::[^@]+)?@(sha256:[0-9a-f]+)|{own}:([^@]+)", image)
    return (match[1] or match[2]) if match else ""


def _mark(client: "ECRClient", where: Place, image: str) -> str:
    reference = _reference(where, image)
    if not reference or reference.startswith(DEPLOYED):
        return ""
    by_digest = reference.startswith("sha256:")
    one: ImageIdentifierTypeDef = (
        {"imageDigest": reference} if by_digest else {"imageTag": reference}
    )
    with asking():
        answer = client.batch_get_image(
            repositoryName=where.repository, imageIds=[one], acceptedMediaTypes=list(MANIFESTS)
        )
        for found in answer["images"]:
            try:
                client.put_image(
                    repositoryName=where.repository,
                    imageManifest=found["imageManifest"],
                    imageManifestMediaType=found["imageManifestMediaType"],
                    imageTag=mark(reference),
                )
            except (
                client.exceptions.ImageAlreadyExistsException,
                # Only where tags are immutable and a push took the name before: nothing to mend.
                client.exceptions.ImageTagAlreadyExistsException,
            ):
                return ""
            return mark(reference)
    return ""
