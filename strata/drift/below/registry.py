"""What people add by hand to the repository."""

from collections.abc import Iterator

from strata.documents import Json
from strata.drift.below.model import Below, Child, Clients, StateResources, aws, grants


def _repository_policy(clients: Clients, repository: Json, ours: StateResources) -> Iterator[Child]:
    name = repository["name"]
    if (name,) in ours.values_of("aws_ecr_repository_policy", "repository"):
        return
    policy = clients["ecr"].get_repository_policy(repositoryName=name)["policyText"]
    yield Child(
        "repository policy",
        name,
        grants(policy),
        aws("ecr delete-repository-policy", repository_name=name),
    )


BELOW = (
    Below(
        "aws_ecr_repository",
        "repository policy",
        "ecr:GetRepositoryPolicy",
        "ecr",
        _repository_policy,
    ),
)
