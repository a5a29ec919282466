"""ECR refuses images of repositories that do not exist."""

import json

import pytest

from tests.emulator.refusals.world import Aws, name, refuses

pytestmark = pytest.mark.emulator


def test_image_of_no_repository(aws: Aws) -> None:
    media = "application/vnd.oci.image.manifest.v1+json"
    image = {
        "repositoryName": name("repository"),
        "imageManifest": json.dumps({"mediaType": media, "layers": []}),
        "imageManifestMediaType": media,
        "imageTag": "1",
    }
    with refuses("RepositoryNotFoundException", "does not exist in the registry with id"):
        aws("ecr").put_image(**image)
    aws("ecr").create_repository(repositoryName=image["repositoryName"])
    aws("ecr").put_image(**image)
