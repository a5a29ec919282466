"""Registry, service and capacity provider."""

from policies.policy import Conf, Policy, blocks, enabled, value


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


Policy("STRATA_ECR_1", "A tag never points to another image", ["aws_ecr_repository"],
       lambda conf: value(conf, "image_tag_mutability") == "IMMUTABLE")  # fmt: skip
Policy("STRATA_SERVICE_1", "A failed deployment rolls back", ["aws_ecs_service"], _breaker)
Policy(
    "STRATA_CLUSTER_1", "Nothing makes destroy hang", ["aws_ecs_capacity_provider"], _unprotected
)
