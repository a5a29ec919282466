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
            policy=json.dumps(
                {
                    "rules": [
                        {
                            "rulePriority": 1,
                            "description": f"Keep the last {registry.keep_images} images",
                            "selection": {
                                "tagStatus": "any",
                                "countType": "imageCountMoreThan",
                                "countNumber": registry.keep_images,
                            },
                            "action": {"type": "expire"},
                        }
                    ]
                }
            ),
        )
        TerraformOutput(TerraformStack.of(self), "repository_url", value=repository.repository_url)
        self.outputs = RegistryOutputs(repository.repository_url, repository.arn)
