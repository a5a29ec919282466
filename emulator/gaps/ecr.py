"""ECR: repositories hold no images that anybody could push, and a token that ended in 2015.

With a registry on this machine (`strata emulator account --registry`) a repository's URI and the
registry of GetAuthorizationToken lead there, and its images are those that the registry has. An
image has the size of its layers (ECR API, ImageDetail), and is scanned when it is pushed where its
repository says so.
"""

import base64
import contextlib
import json
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.core.responses import ActionResult
from moto.ecr.exceptions import ImageAlreadyExistsException
from moto.ecr.models import ECRBackend, Image, Repository
from moto.ecr.responses import ECRResponse

from emulator import account

TOKEN_HOURS = 12
"""How long a token holds (ECR API, AuthorizationData)."""

MANIFESTS = ", ".join(
    (
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    )
)

batch_get_image = ECRBackend.batch_get_image
describe_images = ECRBackend.describe_images
get_authorization_token = ECRResponse.get_authorization_token
get_repository = ECRBackend._get_repository
list_images = ECRBackend.list_images
put_image = ECRBackend.put_image
size_in_bytes = Image.get_image_size_in_bytes


def learn(backend: Any, name: str) -> None:
    """Take over the images that the registry on this machine has under a repository's name."""
    registry = account.current().registry
    repository = backend.repositories.get(name)
    if registry is None or repository is None:
        return
    tags = _ask(backend, f"http://{registry}/v2/{name}/tags/list")
    for tag in (json.loads(tags[0])["tags"] or ()) if tags else ():
        answer = _ask(backend, f"http://{registry}/v2/{name}/manifests/{tag}")
        if answer is None:
            continue
        manifest, headers = answer
        digest = headers["Docker-Content-Digest"]
        if any(tag in one.image_tags and one.image_digest == digest for one in repository.images):
            continue
        # A registry knows no immutable tags; that the first image stays is ECR's answer.
        with contextlib.suppress(ImageAlreadyExistsException):
            _put_image(backend, name, manifest, tag, headers["Content-Type"], digest)


def _ask(backend: Any, url: str) -> tuple[str, Any] | None:
    """Text and headers of an answer of the registry; None where it has nothing there."""
    login = base64.b64encode(f"AWS:{backend.account_id}-auth-token".encode()).decode()
    headers = {"Accept": MANIFESTS, "Authorization": f"Basic {login}"}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - http alone
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return answer.read().decode(), answer.headers
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise


def _uri(self: Any) -> str:
    registry = account.current().registry
    host = registry or f"{self.registry_id}.dkr.ecr.{self.region_name}.amazonaws.com"
    return f"{host}/{self.name}"


def _set_uri(self: Any, value: str) -> None:
    """It follows from the name."""


def _token(self: Any) -> Any:
    answer = get_authorization_token(self)
    registry = account.current().registry
    for data in answer.result["authorizationData"]:
        data["expiresAt"] = datetime.now(UTC) + timedelta(hours=TOKEN_HOURS)
        if registry:
            data["proxyEndpoint"] = f"http://{registry}"
    return ActionResult(answer.result)


def _size(self: Any) -> int | None:
    layers = json.loads(self.image_manifest).get("layers") or []
    if layers and all("size" in layer for layer in layers):
        return int(sum(layer["size"] for layer in layers))
    size: int | None = size_in_bytes(self)
    return size


def _put_image(self: Any, repository_name: str, *args: Any, **kwargs: Any) -> Any:
    image = put_image(self, repository_name, *args, **kwargs)
    configuration = self.repositories[repository_name].image_scanning_configuration
    if configuration.get("scanOnPush") and image.last_scan is None:
        image.last_scan = datetime.now(UTC)
    return image


def _set_scanning(self: Any, image_scanning_configuration: dict[str, bool] | None) -> None:
    self.image_scanning_configuration = {
        "scanOnPush": False,
        **(image_scanning_configuration or {}),
    }


def _get_repository(self: Any, name: str, *args: Any, **kwargs: Any) -> Any:
    learn(self, name)
    return get_repository(self, name, *args, **kwargs)


def _list_images(self: Any, repository_name: str, *args: Any, **kwargs: Any) -> Any:
    learn(self, repository_name)
    return list_images(self, repository_name, *args, **kwargs)


def _batch_get_image(self: Any, repository_name: str, *args: Any, **kwargs: Any) -> Any:
    learn(self, repository_name)
    return batch_get_image(self, repository_name, *args, **kwargs)


def fill() -> None:
    """Lead to the registry on this machine, and know what is in it."""
    Repository.uri = property(_uri, _set_uri)
    # The SDK that the provider is built with leaves out what is false.
    Repository._update_image_scanning_configuration = _set_scanning
    Image.get_image_size_in_bytes = _size
    ECRBackend._get_repository = _get_repository
    ECRBackend.batch_get_image = _batch_get_image
    ECRBackend.list_images = _list_images
    ECRBackend.put_image = _put_image
    ECRResponse.get_authorization_token = _token
