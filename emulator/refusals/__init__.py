"""What AWS refuses and moto does not, one file for each service.

Each row names the operations, AWS's error code, and where that is known from. Rows are asked after
the request was held against AWS's model and before moto sees it, in the order of the file.
"""

from emulator.calls import Call
from emulator.refusals import (
    acm,
    applicationautoscaling,
    autoscaling,
    cloudwatch,
    ec2,
    ecr,
    ecs,
    elasticache,
    elbv2,
    iam,
    kms,
    logs,
    rds,
    route53,
    s3,
    servicediscovery,
)
from emulator.refusals.table import Table

TABLES: dict[str, Table] = {
    module.TABLE.service: module.TABLE
    for module in (
        acm,
        applicationautoscaling,
        autoscaling,
        cloudwatch,
        ec2,
        ecr,
        ecs,
        elasticache,
        elbv2,
        iam,
        kms,
        logs,
        rds,
        route53,
        s3,
        servicediscovery,
    )
}


def refused(call: Call) -> tuple[str, str] | None:
    """Code and words with which AWS would refuse `call`, or None."""
    table = TABLES.get(call.service)
    return table.refused(call) if table else None
