"""Values of a stack as people read them."""

from collections.abc import Sequence

from strata.documents.stacks import Resource
from strata.documents.templates import has_expression
from strata.text.words import counted

TYPES = {
    "acm": "ACM",
    "api": "API",
    "cloudwatch": "CloudWatch",
    "db": "RDS",
    "ecr": "ECR",
    "ecs": "ECS",
    "eip": "Elastic IP address",
    "elasticache": "ElastiCache",
    "iam": "IAM",
    "kms": "KMS",
    "lb": "Load balancer",
    "nat": "NAT",
    "acl": "ACL",
    "s3": "S3",
    "secretsmanager": "Secrets Manager",
    "sns": "SNS",
    "sqs": "SQS",
    "route53": "Route 53",
    "appautoscaling": "Application Auto Scaling",
    "autoscaling": "Auto Scaling",
    "vpc": "VPC",
    "log": "log",
}
"""Words of Terraform's type names -> how to write them."""

ENDPOINT_NAMES = {
    "load_balancer": "load balancer",
    "aws_apis": "AWS APIs",
    "aws_endpoints": "interface endpoints",
}


def type_name(kind: str) -> str:
    """`Network ACL rule` of `aws_network_acl_rule`."""
    words = [TYPES.get(word, word) for word in kind.removeprefix("aws_").split("_")]
    text = " ".join(words)
    return text[0].upper() + text[1:]


def endpoint_name(name: str) -> str:
    """An endpoint of the reachability analysis in a sentence."""
    return ENDPOINT_NAMES.get(name, name)


def port_range(low: int, high: int) -> str:
    """`443`, `1024-65535`, `all ports`."""
    if (low, high) == (0, 65535):
        return "all ports"
    return str(low) if low == high else f"{low}-{high}"


def name_of(resource: Resource) -> str:
    """What it is called in AWS: its name, its `Name` tag, or its construct path."""
    tags = resource.body.get("tags") or {}
    return str(
        next(
            (
                value
                for value in (
                    tags.get("Name"),
                    resource.body.get("name"),
                    resource.body.get("identifier"),
                    resource.body.get("bucket"),
                    resource.body.get("replication_group_id"),
                )
                if value and not has_expression(value)
            ),
            resource.path,
        )
    )


def in_subnets(subnets: Sequence[Resource]) -> str:
    """`in 3 subnets`; a search by tags finds a number that is known to AWS alone."""
    if any(subnet.type == "aws_subnets" for subnet in subnets):
        return "in the subnets with its tags"
    return f"in {counted(len(subnets), 'subnet')}"
