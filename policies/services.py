"""Registry, service and capacity provider."""

from policies.explanations import explain
from policies.policy import Conf, Policy, blocks, disabled, enabled, value


def _breaker(conf: Conf) -> bool:
    return any(
        enabled(value(block, "enable")) and enabled(value(block, "rollback"))
        for block in blocks(conf, "deployment_circuit_breaker")
    )


def _unprotected(conf: Conf) -> bool:
    return all(
        value(block, "managed_termination_protection") in (None, "DISABLED")
        for block in blocks(conf, "auto_scaling_group_provider")
    )


explain(
    "STRATA_ECR_1", "medium",
    "A tag can be moved to another image",
    "image_tag_mutability = IMMUTABLE",
    "https://docs.aws.amazon.com/securityhub/latest/userguide/ecr-controls.html#ecr-2",
)  # fmt: skip
Policy("STRATA_ECR_1", "A tag never points to another image", ["aws_ecr_repository"],
       lambda conf: value(conf, "image_tag_mutability") == "IMMUTABLE")  # fmt: skip
explain(
    "STRATA_SERVICE_1", "medium",
    "A failed deployment is not rolled back",
    "deployment_circuit_breaker with enable and rollback",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html",
)  # fmt: skip
Policy("STRATA_SERVICE_1", "A failed deployment rolls back", ["aws_ecs_service"], _breaker)
explain(
    "STRATA_SERVICE_2", "medium",
    "Whoever may call ECS Exec gets a shell in the tasks, as root and with their secrets",
    "enable_execute_command = false; strata logs and strata run need no shell",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html",
)  # fmt: skip
Policy("STRATA_SERVICE_2", "Nobody gets a shell in the tasks", ["aws_ecs_service"],
       lambda conf: disabled(value(conf, "enable_execute_command")))  # fmt: skip
explain(
    "STRATA_CLUSTER_1", "low",
    "Managed termination protection makes destroy hang",
    "managed_termination_protection = DISABLED",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-termination-protection.html",
)  # fmt: skip
Policy("STRATA_CLUSTER_1", "Managed termination protection is off",
       ["aws_ecs_capacity_provider"], _unprotected)  # fmt: skip
