"""What moto 5.2.5 lacks, one file for each service. Each can go when moto has it."""

from emulator.gaps import autoscaling, ec2, ecs, elasticache, elasticache_parameters, iam, rds


def fill() -> None:
    """Fill every gap in this process."""
    for service in (autoscaling, ec2, ecs, elasticache, elasticache_parameters, iam, rds):
        service.fill()
