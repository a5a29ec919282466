"""Registry layer: the ECR repository."""

import json
from dataclasses import dataclass

from cdktf import TerraformOutput, TerraformStack
from cdktf_cdktf_provider_aws.ecr_lifecycle_policy import EcrLifecyclePolicy
from cdktf_cdktf_provider_aws.ecr_repository import (
    EcrRepository,
    EcrRepositoryEncryptionConfiguration,
    EcrRepositoryImageScanningConfiguration,
)
from constructs import Construct

from modules.naming import Names
from strata.settings.models import Settings
from strata.settings.resource_names import DEPLOYED

MOST_DEPLOYED = 9999
"""More images than are ever deployed from a repository: a rule must have a number."""


@dataclass(frozen=True)
class RegistryOutputs:
    """The repository that the service pulls its image from."""

    repository_url: str
    repository_arn: str


class Registry(Construct):
    """The image repository of one environment."""

    def __init__(self, scope: Construct, settings: Settings) -> None:
        super().__init__(scope, "registry")
        names = Names(settings, "registry")
        registry = settings.registry
        repository = EcrRepository(
            self,
            "repository",
            name=registry.repository or names.name(limit=256),
            image_tag_mutability="IMMUTABLE" if registry.immutable_tags else "MUTABLE",
            image_scanning_configuration=EcrRepositoryImageScanningConfiguration(
                scan_on_push=registry.scan_on_push
            ),
            encryption_configuration=[
                EcrRepositoryEncryptionConfiguration(encryption_type=registry.encryption)
            ],
            force_delete=registry.force_delete,
            tags=names.tags(),
        )
        EcrLifecyclePolicy(
            self,
            "lifecycle_policy",
            repository=repository.name,
            policy=lifecycle_policy(registry.keep_images),
        )
        TerraformOutput(TerraformStack.of(self), "repository_url", value=repository.repository_url)
        self.outputs = RegistryOutputs(repository.repository_url, repository.arn)


def lifecycle_policy(keep_images: int) -> str:
    """Which images expire: of those that were never deployed, what `keep_images` newer ones follow.

    ECR does not know what runs. An image with a tag that a rule selects is no longer expired by a
    later rule (ECR User Guide, lifecycle policies), so the tag that a deployed image gets
    (`strata.release.images`) keeps it.
    """
    deployed = {
        "rulePriority": 1,
        "description": "Keep every image that was deployed",
        "selection": {
            "tagStatus": "tagged",
            "tagPatternList": [f"{DEPLOYED}*"],
            "countType": "imageCountMoreThan",
            "countNumber": MOST_DEPLOYED,
        },
        "action": {"type": "expire"},
    }
    others = {
        "rulePriority": 2,
        "description": f"Keep the last {keep_images} images",
        "selection": {
            "tagStatus": "any",
            "countType": "imageCountMoreThan",
            "countNumber": keep_images,
        },
        "action": {"type": "expire"},
    }
    return json.dumps({"rules": [deployed, others]})
