"""What AWS lets nobody delete while the environment `local` stands, asked of AWS's own API.

Terraform destroys in one order; that AWS refuses the others is what makes it the right one.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from tests.end_to_end.conftest import Client

BASE = "shop-local"
Asked = Iterator[tuple[str, str, dict[str, Any]]]
"""Service, method of its client, arguments."""

REFUSED = {
    "network": {
        "delete_vpc": {"DependencyViolation"},
        "delete_subnet": {"DependencyViolation"},
        "delete_security_group": {"DependencyViolation"},
        "delete_internet_gateway": {"DependencyViolation"},
        "detach_internet_gateway": {"DependencyViolation"},
        "delete_route_table": {"DependencyViolation"},
        "delete_network_acl": {"DependencyViolation"},
    },
    "registry": {"delete_repository": {"RepositoryNotEmptyException"}},
    "database": {
        "delete_db_subnet_group": {"InvalidDBSubnetGroupStateFault"},
        "delete_db_parameter_group": {"InvalidDBParameterGroupState"},
    },
    "cache": {
        "delete_cache_subnet_group": {"CacheSubnetGroupInUse"},
        "delete_cache_parameter_group": {"InvalidCacheParameterGroupState"},
    },
    "cluster": {
        "delete_auto_scaling_group": {"ResourceInUse"},
        "put_cluster_capacity_providers": {"ResourceInUseException"},
        "delete_cluster": {"ClusterContainsServicesException"},
        "delete_instance_profile": {"DeleteConflict"},
        "delete_role": {"DeleteConflict"},
    },
    "edge": {
        "delete_target_group": {"ResourceInUse"},
        "delete_certificate": {"ResourceInUseException"},
        "delete_hosted_zone": {"HostedZoneNotEmpty"},
    },
    "service": {
        "delete_service": {"InvalidParameterException"},
        "delete_role": {"DeleteConflict"},
    },
}
"""Layer -> what is asked too early -> the codes that it is refused with. Of what is not here AWS
refuses nothing: `tests/modules/test_destroy_order.py` has the order of that."""


def too_early(aws: Client) -> dict[str, dict[str, set[str]]]:
    """What AWS answers to each deletion before its turn: error codes, or `deleted`."""
    found: dict[str, dict[str, set[str]]] = {}
    for layer, asked in LAYERS.items():
        said = defaultdict[str, set[str]](set)
        for service, method, arguments in list(asked(aws)):
            try:
                getattr(aws(service), method)(**arguments)
                said[method].add("deleted")
            except ClientError as error:
                said[method].add(error.response["Error"]["Code"])
        found[layer] = dict(said)
    return found


def _network(aws: Client) -> Asked:
    ec2 = aws("ec2")
    [vpc] = [one["VpcId"] for one in ec2.describe_vpcs()["Vpcs"] if not one["IsDefault"]]
    yield "ec2", "delete_vpc", {"VpcId": vpc}
    inside = [{"Name": "vpc-id", "Values": [vpc]}]
    for subnet in ec2.describe_subnets(Filters=inside)["Subnets"]:
        yield "ec2", "delete_subnet", {"SubnetId": subnet["SubnetId"]}
    for group in ec2.describe_security_groups(Filters=inside)["SecurityGroups"]:
        if group["GroupName"] != "default":
            yield "ec2", "delete_security_group", {"GroupId": group["GroupId"]}
    attached = [{"Name": "attachment.vpc-id", "Values": [vpc]}]
    [gateway] = ec2.describe_internet_gateways(Filters=attached)["InternetGateways"]
    named = {"InternetGatewayId": gateway["InternetGatewayId"]}
    yield "ec2", "delete_internet_gateway", named
    yield "ec2", "detach_internet_gateway", {**named, "VpcId": vpc}
    for table in ec2.describe_route_tables(Filters=inside)["RouteTables"]:
        if not any(one.get("Main") for one in table["Associations"]):
            yield "ec2", "delete_route_table", {"RouteTableId": table["RouteTableId"]}
    for acl in ec2.describe_network_acls(Filters=inside)["NetworkAcls"]:
        if not acl["IsDefault"]:
            yield "ec2", "delete_network_acl", {"NetworkAclId": acl["NetworkAclId"]}


def _registry(_: Client) -> Asked:
    yield "ecr", "delete_repository", {"repositoryName": BASE}


def _database(aws: Client) -> Asked:
    [database] = aws("rds").describe_db_instances()["DBInstances"]
    subnets = database["DBSubnetGroup"]["DBSubnetGroupName"]
    yield "rds", "delete_db_subnet_group", {"DBSubnetGroupName": subnets}
    for group in database["DBParameterGroups"]:
        name = group["DBParameterGroupName"]
        yield "rds", "delete_db_parameter_group", {"DBParameterGroupName": name}


def _cache(aws: Client) -> Asked:
    for node in aws("elasticache").describe_cache_clusters()["CacheClusters"]:
        subnets = {"CacheSubnetGroupName": node["CacheSubnetGroupName"]}
        yield "elasticache", "delete_cache_subnet_group", subnets
        name = node["CacheParameterGroup"]["CacheParameterGroupName"]
        yield "elasticache", "delete_cache_parameter_group", {"CacheParameterGroupName": name}


def _cluster(aws: Client) -> Asked:
    for group in aws("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]:
        name = group["AutoScalingGroupName"]
        yield "autoscaling", "delete_auto_scaling_group", {"AutoScalingGroupName": name}
    nothing: dict[str, Any] = {"capacityProviders": [], "defaultCapacityProviderStrategy": []}
    yield "ecs", "put_cluster_capacity_providers", {"cluster": BASE, **nothing}
    yield "ecs", "delete_cluster", {"cluster": BASE}
    for profile in aws("iam").list_instance_profiles()["InstanceProfiles"]:
        name = profile["InstanceProfileName"]
        yield "iam", "delete_instance_profile", {"InstanceProfileName": name}
    yield "iam", "delete_role", {"RoleName": f"{BASE}-instance"}


def _edge(aws: Client) -> Asked:
    for target in aws("elbv2").describe_target_groups()["TargetGroups"]:
        yield "elbv2", "delete_target_group", {"TargetGroupArn": target["TargetGroupArn"]}
    for certificate in aws("acm").list_certificates()["CertificateSummaryList"]:
        arn = certificate["CertificateArn"]
        yield "acm", "delete_certificate", {"CertificateArn": arn}
    for zone in aws("route53").list_hosted_zones()["HostedZones"]:
        yield "route53", "delete_hosted_zone", {"Id": zone["Id"]}


def _service(_: Client) -> Asked:
    yield "ecs", "delete_service", {"cluster": BASE, "service": BASE}
    yield "iam", "delete_role", {"RoleName": f"{BASE}-execution"}


LAYERS = {
    "network": _network,
    "registry": _registry,
    "database": _database,
    "cache": _cache,
    "cluster": _cluster,
    "edge": _edge,
    "service": _service,
}
