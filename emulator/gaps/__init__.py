"""What moto 5.2.5 lacks, one file for each service. Each can go when moto has it."""

from emulator.gaps import (
    acm,
    autoscaling,
    budgets,
    cloudwatch,
    ec2,
    ecr,
    ecs,
    elasticache,
    elasticache_parameters,
    elbv2,
    events,
    iam,
    logs,
    mixed_instances,
    offers,
    rds,
    route53,
    scaling_groups,
    secretsmanager,
    ssm,
    stepfunctions,
    task_definitions,
    zones,
)


def fill() -> None:
    """Fill every gap in this process."""
    for service in (
        acm,
        autoscaling,
        budgets,
        cloudwatch,
        ec2,
        ecr,
        ecs,
        elasticache,
        elasticache_parameters,
        elbv2,
        events,
        iam,
        logs,
        offers,
        rds,
        route53,
        scaling_groups,
        secretsmanager,
        ssm,
        stepfunctions,
        task_definitions,
        zones,
        # After what it goes on from.
        mixed_instances,
    ):
        service.fill()
