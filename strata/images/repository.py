"""An environment's image repository in ECR: what is in it, its login, the findings of its scans."""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from strata.errors import StrataError
from strata.images.engines import Login

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

MANIFESTS = [
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
]
"""What ECR can hold for a tag (ECR API reference, BatchGetImage acceptedMediaTypes)."""

SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNDEFINED", "UNTRIAGED")
"""From the worst (ECR API reference, ImageScanFindings)."""

GOING_ON = ("IN_PROGRESS", "PENDING")
DONE = ("COMPLETE", "ACTIVE")
"""`ACTIVE` is the state of a continuous scan by Amazon Inspector (ECR API, ImageScanStatus)."""

SCAN_SECONDS = 60
"""How long findings are waited for. A basic scan takes seconds, of a large image a minute."""

POLL_SECONDS = 2.0


@dataclass(frozen=True)
class Repository:
    """A repository that exists; `uri` is what images are pushed to, without a tag."""

    name: str
    uri: str
    immutable: bool
    scan_on_push: bool

    @property
    def host(self) -> str:
        """The registry that it is in, with a port if it has one."""
        return self.uri.partition("/")[0]


@dataclass(frozen=True)
class Stored:
    """What a tag stands for in the repository; `configuration` is None for an index of images."""

    digest: str
    configuration: str | None


@dataclass(frozen=True)
class Pushed:
    """An image in the repository; `size_bytes` as it is compressed there."""

    digest: str
    size_bytes: int | None


@dataclass(frozen=True)
class Scan:
    """What a scan found, by severity from the worst; `why` says why there is none."""

    findings: dict[str, int]
    why: str | None = None


def repository(ecr: "ECRClient", name: str) -> Repository | None:
    """The repository of that name in the client's account, if there is one."""
    try:
        (body,) = ecr.describe_repositories(repositoryNames=[name])["repositories"]
    except ecr.exceptions.RepositoryNotFoundException:
        return None
    return Repository(
        name,
        body["repositoryUri"],
        body["imageTagMutability"] == "IMMUTABLE",
        body["imageScanningConfiguration"]["scanOnPush"],
    )


def stored(ecr: "ECRClient", name: str, tag: str) -> Stored | None:
    """What a tag stands for, if it is there."""
    answer = ecr.batch_get_image(
        repositoryName=name, imageIds=[{"imageTag": tag}], acceptedMediaTypes=MANIFESTS
    )
    if not answer["images"]:
        return None
    image = answer["images"][0]
    manifest: dict[str, Any] = json.loads(image["imageManifest"])
    return Stored(image["imageId"]["imageDigest"], (manifest.get("config") or {}).get("digest"))


def pushed(ecr: "ECRClient", name: str, tag: str) -> Pushed:
    """The image of a tag; raises StrataError when it is not there."""
    try:
        answer = ecr.describe_images(repositoryName=name, imageIds=[{"imageTag": tag}])
    except ecr.exceptions.ImageNotFoundException:
        raise StrataError(
            f"the engine pushed {tag}, and ECR has no image of that tag in {name}",
            "look who deletes images there, and push it again",
        ) from None
    (image,) = answer["imageDetails"]
    return Pushed(image["imageDigest"], image.get("imageSizeInBytes"))


def login(ecr: "ECRClient") -> Login:
    """The registry of this account, and a password for it that ECR takes for 12 hours."""
    (data,) = ecr.get_authorization_token()["authorizationData"]
    username, _, password = base64.b64decode(data["authorizationToken"]).decode().partition(":")
    return Login(urlsplit(data["proxyEndpoint"]).netloc, username, password)


def scan(
    ecr: "ECRClient",
    name: str,
    digest: str,
    seconds: float = SCAN_SECONDS,
    sleep: Callable[[float], None] = time.sleep,
) -> Scan:
    """The findings of the scan of an image, which are waited for."""
    deadline = time.monotonic() + seconds
    while True:
        found = _scan(ecr, name, digest)
        if found is not None:
            return found
        if time.monotonic() + POLL_SECONDS > deadline:
            return Scan({}, f"not finished within {seconds:.0f} s")
        sleep(POLL_SECONDS)


def _scan(ecr: "ECRClient", name: str, digest: str) -> Scan | None:
    """What a scan found, why it found nothing, or None while it goes on."""
    try:
        answer = ecr.describe_image_scan_findings(
            repositoryName=name, imageId={"imageDigest": digest}, maxResults=1
        )
    except ecr.exceptions.ScanNotFoundException:
        return None
    status = answer["imageScanStatus"]
    state = status["status"]
    if state in GOING_ON:
        return None
    if state in DONE:
        given = answer.get("imageScanFindings", {}).get("findingSeverityCounts", {})
        counts = {str(level): number for level, number in given.items()}
        return Scan({level: number for level in SEVERITIES if (number := counts.get(level, 0))})
    words = state.lower().replace("_", " ")
    return Scan({}, f"{words}: {status['description']}" if status.get("description") else words)
