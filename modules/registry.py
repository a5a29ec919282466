"""Registry layer: the ECR repositories."""

import json
from collections.abc import Mapping
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
from strata.settings.resource_names import DEPLOYED, repository_name, repository_names

MOST_DEPLOYED = 9999
"""More images than are ever deployed from a repository: a rule must have a number."""


@dataclass(frozen=True)
class RegistryOutputs:
    """The repositories that images are pulled from, by name; that of `[registry]` is the first."""

    urls: Mapping[str, str]
    arns: Mapping[str, str]


class Registry(Construct):
    """The image repositories of one environment."""

    def __init__(self, scope: Construct, settings: Settings) -> None:
        super().__init__(scope, "registry")
        self._names = Names(settings, "registry")
        made = {name: self._repository(name) for name in repository_names(settings)}
        self.outputs = RegistryOutputs(
            {name: one.repository_url for name, one in made.items()},
            {name: one.arn for name, one in made.items()},
        )
        url = self.outputs.urls[repository_name(settings)]
        TerraformOutput(TerraformStack.of(self), "repository_url", value=url)

    def _repository(self, name: str) -> EcrRepository:
        names, registry = self._names, self._names.settings.registry
        own = name != repository_name(names.settings)
        suffix = f"_{_id(name)}" if own else ""
        repository = EcrRepository(
            self,
            f"repository{suffix}",
            name=name,
            image_tag_mutability="IMMUTABLE" if registry.immutable_tags else "MUTABLE",
            image_scanning_configuration=EcrRepositoryImageScanningConfiguration(
                scan_on_push=registry.scan_on_push
            ),
            encryption_configuration=[
                EcrRepositoryEncryptionConfiguration(encryption_type=registry.encryption)
            ],
            force_delete=registry.force_delete,
            tags=names.tags(name.replace("/", "-") if own else ""),
        )
        EcrLifecyclePolicy(
            self,
            f"lifecycle_policy{suffix}",
            repository=repository.name,
            policy=lifecycle_policy(registry.keep_images),
        )
        return repository


def _id(name: str) -> str:
    """A repository's name as part of a construct's id: one of its own, since it has no capitals."""
    return name.translate(str.maketrans("-_./", "_UDS"))


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
