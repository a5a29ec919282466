"""What Amazon ECR refuses."""

from emulator.calls import Call
from emulator.refusals.table import Table

TABLE = Table("ecr")


@TABLE.row(
    "PutImage",
    code="RepositoryNotFoundException",
    source="botocore 1.44.5, PutImage, RepositoryNotFoundException",
)
def image_of_no_repository(call: Call) -> str | None:
    name = call.get("repositoryName")
    if name not in call.backend("ecr").repositories:
        return (
            f"The repository with name '{name}' does not exist in the registry with id "
            f"'{call.account}'"
        )
    return None
