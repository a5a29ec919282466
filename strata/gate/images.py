"""Images whose name no check can see."""

from collections.abc import Iterator

from policies.explanations import explain
from strata.documents import Json
from strata.documents.stacks import blocks, texts

IMAGE_CHECKS = {"STRATA_IMAGE_1": "Parameters that hold an image say which"}
explain(
    "STRATA_IMAGE_1", "medium",
    "A container's image stands in a parameter whose value no check sees",
    "insecure_value of a parameter of the same stack: a reference of this code's repository",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/ecr-controls.html#ecr-2",
)  # fmt: skip


def image_faults(stack: Json) -> Iterator[tuple[str, str]]:
    """(check, address) of the task definitions of a resolved stack that read a parameter still.

    Alone, a task definition that names a parameter passes STRATA_CONTAINER_7, since the parameter
    is judged itself.
    """
    for address, body in blocks(stack).items():
        if address.startswith("aws_ecs_task_definition.") and any(
            "aws_ssm_parameter." in text for text in texts(body.get("container_definitions"))
        ):
            yield "STRATA_IMAGE_1", address
