"""Which resources are parts of another one, and have no box of their own."""

from strata.documents.stacks import Resource, Stack

WHOLE = {
    "aws_acm_certificate_validation": "certificate_arn",
    "aws_autoscaling_attachment": "autoscaling_group_name",
    "aws_appautoscaling_policy": "resource_id",
    "aws_appautoscaling_scheduled_action": "resource_id",
    "aws_appautoscaling_target": "resource_id",
    "aws_cloudwatch_metric_alarm": "alarm_actions",
    "aws_cloudwatch_event_target": "rule",
    "aws_default_security_group": "vpc_id",
    "aws_ecr_lifecycle_policy": "repository",
    "aws_ecs_cluster_capacity_providers": "cluster_name",
    "aws_flow_log": "vpc_id",
    "aws_iam_role_policy": "role",
    "aws_iam_role_policy_attachment": "role",
    "aws_lb_listener_rule": "listener_arn",
    "aws_network_acl_rule": "network_acl_id",
    "aws_route": "route_table_id",
    "aws_route53_record": "zone_id",
    "aws_route_table_association": "subnet_id",
    "aws_s3_bucket_lifecycle_configuration": "bucket",
    "aws_s3_bucket_policy": "bucket",
    "aws_s3_bucket_public_access_block": "bucket",
    "aws_s3_bucket_server_side_encryption_configuration": "bucket",
    "aws_secretsmanager_secret_rotation": "secret_id",
    "aws_secretsmanager_secret_version": "secret_id",
    "aws_vpc_security_group_egress_rule": "security_group_id",
    "aws_vpc_security_group_ingress_rule": "security_group_id",
}
"""Type of a part -> the argument that names what it is a part of. Other types, such as a security
group or a role, belong to the first resource that uses them."""


def wholes(stack: Stack, resource: Resource) -> list[Resource]:
    """What a resource is a part of, by the table or by the name of its type: an
    `aws_sqs_queue_policy` is a part of the `aws_sqs_queue` that it names."""
    if resource.type in WHOLE:
        return stack.targets(resource.body.get(WHOLE[resource.type]))
    return [
        target
        for target in stack.targets(resource.body)
        if resource.type.startswith(f"{target.type}_")
    ]
