"""Images that somebody pushes: the account names them, and each is put as its repository exists.

On AWS a first apply makes the repository, and somebody pushes while the rest of it is made.
"""

import hashlib
import json
from typing import Any

from moto.backends import get_backend
from moto.ecr.models import ECRBackend

from emulator.account import current

CONFIG = "application/vnd.docker.container.image.v1+json"
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"

create_repository = ECRBackend.create_repository


def manifest(image: str) -> str:
    """The manifest of an image without layers, another one for each name."""
    digest = hashlib.sha256(image.encode()).hexdigest()
    config = {"mediaType": CONFIG, "size": 2, "digest": f"sha256:{digest}"}
    return json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": []})


def _put(backend: Any, repository: str) -> None:
    there = {tag for one in backend.repositories[repository].images for tag in one.image_tags}
    for image in sorted(current().pushed):
        name, _, tag = image.partition(":")
        if name == repository and tag not in there:
            text = manifest(image)
            # moto's own digest is that of the layers' digests, the same for all without layers.
            digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
            backend.put_image(repository, text, tag, digest=digest)


def push() -> None:
    """Push what the account names to the repositories that exist."""
    for regions in get_backend("ecr").values():
        for backend in regions.values():
            for repository in list(backend.repositories):
                _put(backend, repository)


def _create(self: Any, repository_name: str, *rest: Any, **named: Any) -> Any:
    made = create_repository(self, repository_name, *rest, **named)
    _put(self, repository_name)
    return made


def hold() -> None:
    """Push to a repository once it is made, in this process."""
    ECRBackend.create_repository = _create
