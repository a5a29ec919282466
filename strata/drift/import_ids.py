"""Which resource of the code a stranger can be imported as, by `terraform import`."""

from collections import Counter
from collections.abc import Collection, Sequence

from strata.aws.session import parts
from strata.documents import Json
from strata.documents.providers import region_of
from strata.documents.stacks import Stack
from strata.drift.report import Stranger

TYPES = {
    "acm certificate": "aws_acm_certificate",
    "cloudwatch alarm": "aws_cloudwatch_metric_alarm",
    "ec2 elastic-ip": "aws_eip",
    "ec2 internet-gateway": "aws_internet_gateway",
    "ec2 launch-template": "aws_launch_template",
    "ec2 natgateway": "aws_nat_gateway",
    "ec2 network-acl": "aws_network_acl",
    "ec2 route-table": "aws_route_table",
    "ec2 subnet": "aws_subnet",
    "ec2 vpc": "aws_vpc",
    "ec2 vpc-endpoint": "aws_vpc_endpoint",
    "ec2 vpc-flow-log": "aws_flow_log",
    "ecr repository": "aws_ecr_repository",
    "ecs capacity-provider": "aws_ecs_capacity_provider",
    "ecs cluster": "aws_ecs_cluster",
    "ecs service": "aws_ecs_service",
    "ecs task-definition": "aws_ecs_task_definition",
    "elasticache parametergroup": "aws_elasticache_parameter_group",
    "elasticache replicationgroup": "aws_elasticache_replication_group",
    "elasticache subnetgroup": "aws_elasticache_subnet_group",
    "elasticloadbalancing listener": "aws_lb_listener",
    "elasticloadbalancing loadbalancer": "aws_lb",
    "elasticloadbalancing targetgroup": "aws_lb_target_group",
    "events rule": "aws_cloudwatch_event_rule",
    "iam instance-profile": "aws_iam_instance_profile",
    "kms key": "aws_kms_key",
    "logs log-group": "aws_cloudwatch_log_group",
    "rds db": "aws_db_instance",
    "rds pg": "aws_db_parameter_group",
    "rds subgrp": "aws_db_subnet_group",
    "role": "aws_iam_role",
    "route53 healthcheck": "aws_route53_health_check",
    "route53 hostedzone": "aws_route53_zone",
    "s3": "aws_s3_bucket",
    "scheduler schedule-group": "aws_scheduler_schedule_group",
    "secretsmanager secret": "aws_secretsmanager_secret",
    "servicediscovery namespace": "aws_service_discovery_http_namespace",
    "sns": "aws_sns_topic",
    "sqs": "aws_sqs_queue",
    "states stateMachine": "aws_sfn_state_machine",
}
"""Kind of a tagged resource, from its ARN -> type of resource in Terraform.

Security groups are left out: AWS creates them with all outgoing traffic allowed, and the provider
removes that rule in a second step. A group that was cut off between the two would be imported with
the rule, and no plan would show it. So are parameters: the provider reads the value of an imported
one as `value`, and the `insecure_value` that names the image would be empty (5.100.0,
internal/service/ssm/parameter.go).
"""

BY_ARN = (
    "aws_acm_certificate",
    "aws_ecs_task_definition",
    "aws_lb",
    "aws_lb_listener",
    "aws_lb_target_group",
    "aws_secretsmanager_secret",
    "aws_sfn_state_machine",
    "aws_sns_topic",
)
"""Types that `terraform import` takes by ARN, and a queue by its URL; all others by the name or
identifier at the ARN's end (the AWS provider's page of each type)."""

COMES_WITH_A_VPC = {
    "ec2 route-table": "aws_default_route_table",
    "ec2 security-group": "aws_default_security_group",
}
"""Kinds that AWS creates and deletes with a VPC -> their type in Terraform."""


def with_addresses(
    strangers: Sequence[Stranger], code: Stack, in_states: Collection[str], home: str
) -> list[Stranger]:
    """Strangers, with their address where the code has one that is not among those of the states.

    `in_states` are the addresses in the states, `home` is the environment's region. Our resources
    have a tag `Name` that no other of the same type has; where two strangers have it, neither gets
    an address, since it is not known which of them belongs to the rest. What comes with a VPC is
    left out.
    """
    free = {
        (resource.type, resource.body.get("tags", {}).get("Name")): address
        for address, resource in code.resources.items()
        if address not in in_states
    }
    count = Counter((stranger.kind, stranger.name) for stranger in strangers)
    with_address = []
    for stranger in strangers:
        if (COMES_WITH_A_VPC.get(stranger.kind), stranger.name) in free:
            continue
        address = free.get((TYPES.get(stranger.kind, ""), stranger.name))
        alone = count[stranger.kind, stranger.name] == 1
        if address and alone and _may_be(stranger, code.resources[address].body, home):
            update = {"address": address, "import_id": import_id(address, stranger.identifier)}
            with_address.append(stranger.model_copy(update=update))
        else:
            with_address.append(stranger)
    return with_address


def _may_be(stranger: Stranger, body: Json, home: str) -> bool:
    """Whether it is in the region where Terraform would look for the resource; what is global has
    no region in its ARN."""
    region = stranger.identifier.split(":")[3] if stranger.identifier.startswith("arn:") else ""
    return region in ("", region_of(body, home))


def import_id(address: str, arn: str) -> str:
    """What `terraform import` takes for a resource at `address`."""
    type_ = address.partition(".")[0]
    if type_ in BY_ARN:
        return arn
    if type_ == "aws_sqs_queue":
        _arn, _partition, _service, region, account, name = arn.split(":")
        return f"https://sqs.{region}.amazonaws.com/{account}/{name}"
    return parts(arn)[2]
