"""One probe for each gap: run in the emulator's interpreter, `probes.py filled|stock`.

Prints probe -> why AWS's behaviour was not seen, as JSON; "" where it was. Each probe has a process
of its own, split off from one that has loaded moto, which takes most of the time.
"""

import datetime
import gc
import json
import multiprocessing
import sys
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import boto3
from botocore.exceptions import ClientError
from moto import mock_aws, settings
from moto.backends import get_backend
from moto.core.base_backend import AccountSpecificBackend
from moto.core.utils import get_service_model

from emulator import lookups, models

REGION = "eu-central-1"
SESSION = boto3.Session()
"""For all probes: it keeps what it has read of botocore's models, and moto is loaded before it."""


def client(name: str) -> Any:
    make: Any = SESSION.client
    return make(name, region_name=REGION, aws_access_key_id="x", aws_secret_access_key="x")


def autoscaling_tags() -> bool:
    ecs, scaling = client("ecs"), client("application-autoscaling")
    ecs.create_cluster(clusterName="c")
    ecs.register_task_definition(
        family="t", containerDefinitions=[{"name": "a", "image": "a", "memory": 128}]
    )
    ecs.create_service(cluster="c", serviceName="s", taskDefinition="t", desiredCount=0)
    target = {
        "ServiceNamespace": "ecs",
        "ResourceId": "service/c/s",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    answer = scaling.register_scalable_target(
        **target, MinCapacity=1, MaxCapacity=2, Tags={"a": "b"}
    )
    arn = answer["ScalableTargetARN"]
    scaling.tag_resource(ResourceARN=arn, Tags={"c": "d"})
    scaling.untag_resource(ResourceARN=arn, TagKeys=["a"])
    return bool(scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"c": "d"})


def longest_deregistration_delay() -> bool:
    elb = client("elbv2")
    vpc = client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    made = elb.create_target_group(Name="tasks", Protocol="HTTP", Port=80, VpcId=vpc)
    arn = made["TargetGroups"][0]["TargetGroupArn"]
    wanted = {"Key": "deregistration_delay.timeout_seconds", "Value": "3600"}
    elb.modify_target_group_attributes(TargetGroupArn=arn, Attributes=[wanted])
    return wanted in elb.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]


def launch_template_tags() -> bool:
    ec2 = client("ec2")
    tags = [{"Key": "a", "Value": "b"}]
    ec2.create_launch_template(
        LaunchTemplateName="template",
        LaunchTemplateData={"InstanceType": "t2.micro"},
        TagSpecifications=[{"ResourceType": "launch-template", "Tags": tags}],
    )
    version = ec2.describe_launch_template_versions(LaunchTemplateName="template")
    return "TagSpecifications" not in version["LaunchTemplateVersions"][0]["LaunchTemplateData"]


def changed_launch_template_tags() -> bool:
    ec2 = client("ec2")
    made = ec2.create_launch_template(
        LaunchTemplateName="template",
        LaunchTemplateData={"InstanceType": "t2.micro"},
        TagSpecifications=[
            {"ResourceType": "launch-template", "Tags": [{"Key": "a", "Value": "b"}]}
        ],
    )
    changed = [{"Key": "a", "Value": "c"}]
    ec2.create_tags(Resources=[made["LaunchTemplate"]["LaunchTemplateId"]], Tags=changed)
    [found] = ec2.describe_launch_templates()["LaunchTemplates"]
    return bool(found["Tags"] == changed)


def _rule() -> tuple[Any, str, str]:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    one, two = (
        ec2.create_security_group(GroupName=n, Description=n, VpcId=vpc)["GroupId"] for n in "ab"
    )
    pair = {"GroupId": two, "Description": "from b"}
    answer = ec2.authorize_security_group_ingress(
        GroupId=one, IpPermissions=[{"IpProtocol": "-1", "UserIdGroupPairs": [pair]}]
    )
    return ec2, one, answer["SecurityGroupRules"][0]["SecurityGroupRuleId"]


def rule_description() -> bool:
    ec2, _, rule = _rule()
    answer = ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule])
    return bool(answer["SecurityGroupRules"][0].get("Description") == "from b")


def rule_change() -> bool:
    ec2, group, rule = _rule()
    wanted = {"IpProtocol": "-1", "ReferencedGroupId": group, "Description": "new"}
    ec2.modify_security_group_rules(
        GroupId=group,
        SecurityGroupRules=[{"SecurityGroupRuleId": rule, "SecurityGroupRule": wanted}],
    )
    answer = ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule])
    return bool(answer["SecurityGroupRules"][0].get("Description") == "new")


def acl_association() -> bool:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")
    own = [{"Name": "vpc-id", "Values": [vpc]}]
    [default] = ec2.describe_network_acls(Filters=own)["NetworkAcls"]
    [before] = default["Associations"]
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    wanted = {"AssociationId": before["NetworkAclAssociationId"], "NetworkAclId": acl}
    first, second = (ec2.replace_network_acl_association(**wanted) for _ in range(2))
    try:
        ec2.replace_network_acl_association(AssociationId="aclassoc-0", NetworkAclId=acl)
    except ClientError as error:
        unknown = error.response["Error"]["Code"] == "InvalidAssociationID.NotFound"
        return unknown and bool(first["NewAssociationId"] == second["NewAssociationId"])
    return False


def ecs_service() -> bool:
    ecs = client("ecs")
    ecs.create_cluster(clusterName="c")
    ecs.register_task_definition(
        family="t", containerDefinitions=[{"name": "a", "image": "a", "memory": 128}]
    )
    strategy = [{"capacityProvider": "p", "weight": 100, "base": 1}]
    spread = [{"type": "spread", "field": "instanceId"}]
    ecs.create_service(
        cluster="c",
        serviceName="s",
        taskDefinition="t",
        desiredCount=1,
        capacityProviderStrategy=strategy,
        placementStrategy=spread,
        healthCheckGracePeriodSeconds=7,
        deploymentConfiguration={"minimumHealthyPercent": 40, "maximumPercent": 150},
    )
    service = ecs.describe_services(cluster="c", services=["s"])["services"][0]
    return bool(
        service.get("capacityProviderStrategy") == strategy
        and service.get("placementStrategy") == spread
        and service.get("healthCheckGracePeriodSeconds") == 7
        and service["deploymentConfiguration"]["minimumHealthyPercent"] == 40
        and "networkConfiguration" not in service
    )


def _group() -> Any:
    cache, ec2 = client("elasticache"), client("ec2")
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    cache.create_cache_subnet_group(
        CacheSubnetGroupName="s", CacheSubnetGroupDescription="s", SubnetIds=[subnet]
    )
    cache.create_replication_group(
        ReplicationGroupId="g",
        ReplicationGroupDescription="g",
        Engine="redis",
        EngineVersion="7.0",
        CacheNodeType="cache.t3.micro",
        NumCacheClusters=2,
        CacheSubnetGroupName="s",
        TransitEncryptionEnabled=True,
        AtRestEncryptionEnabled=True,
    )
    return cache


def cache_members() -> bool:
    cache = _group()
    group = cache.describe_replication_groups(ReplicationGroupId="g")["ReplicationGroups"][0]
    members = [
        cache.describe_cache_clusters(CacheClusterId=name)["CacheClusters"][0]
        for name in group["MemberClusters"]
    ]
    return len(members) == 2 and bool(group["NodeGroups"][0].get("ReaderEndpoint"))


def cache_change() -> bool:
    cache = _group()
    cache.modify_replication_group(ReplicationGroupId="g", EngineVersion="7.1")
    cache.modify_replication_group(
        ReplicationGroupId="g", AuthToken="t" * 20, AuthTokenUpdateStrategy="ROTATE"
    )
    group = cache.describe_replication_groups(ReplicationGroupId="g")["ReplicationGroups"][0]
    member = cache.describe_cache_clusters(CacheClusterId=group["MemberClusters"][0])
    return bool(
        group["AuthTokenEnabled"] and member["CacheClusters"][0]["EngineVersion"].startswith("7.1")
    )


def cache_replicas() -> bool:
    cache = _group()

    def members() -> list[str]:
        group = cache.describe_replication_groups(ReplicationGroupId="g")["ReplicationGroups"][0]
        placed = [one["CacheClusterId"] for one in group["NodeGroups"][0]["NodeGroupMembers"]]
        assert placed == group["MemberClusters"]
        there = {one["CacheClusterId"] for one in cache.describe_cache_clusters()["CacheClusters"]}
        assert there == set(placed)
        return placed

    wanted = {"ReplicationGroupId": "g", "ApplyImmediately": True}
    cache.increase_replica_count(**wanted, NewReplicaCount=3)
    more = members()
    cache.decrease_replica_count(**wanted, NewReplicaCount=1)
    return (more, members()) == ([f"g-00{n}" for n in (1, 2, 3, 4)], ["g-001", "g-002"])


def cache_deletion() -> bool:
    cache = _group()
    cache.delete_replication_group(ReplicationGroupId="g")
    cache.delete_cache_subnet_group(CacheSubnetGroupName="s")
    return not cache.describe_replication_groups()["ReplicationGroups"]


def _subnets() -> list[str]:
    found = client("ec2").describe_subnets()["Subnets"]
    return sorted(one["SubnetId"] for one in found)[:2]


def cache_subnets() -> bool:
    cache = client("elasticache")
    cache.create_cache_subnet_group(
        CacheSubnetGroupName="s", CacheSubnetGroupDescription="kept", SubnetIds=_subnets()[:1]
    )
    cache.modify_cache_subnet_group(CacheSubnetGroupName="s", SubnetIds=_subnets())
    [group] = cache.describe_cache_subnet_groups()["CacheSubnetGroups"]
    found = sorted(one["SubnetIdentifier"] for one in group["Subnets"])
    return found == _subnets() and group["CacheSubnetGroupDescription"] == "kept"


def database_subnets() -> bool:
    rds = client("rds")
    rds.create_db_subnet_group(
        DBSubnetGroupName="s", DBSubnetGroupDescription="kept", SubnetIds=_subnets()[:1]
    )
    rds.modify_db_subnet_group(DBSubnetGroupName="s", SubnetIds=_subnets())
    groups = rds.describe_db_subnet_groups()["DBSubnetGroups"]
    return [sorted(one["SubnetIdentifier"] for one in group["Subnets"]) for group in groups] == [
        _subnets()
    ]


def cache_parameter_groups() -> bool:
    cache = client("elasticache")
    cache.create_cache_parameter_group(
        CacheParameterGroupName="p",
        CacheParameterGroupFamily="redis7",
        Description="p",
        Tags=[{"Key": "a", "Value": "b"}],
    )
    group = cache.describe_cache_parameter_groups(CacheParameterGroupName="p")
    arn = group["CacheParameterGroups"][0]["ARN"]
    tags = cache.list_tags_for_resource(ResourceName=arn)["TagList"]
    cache.delete_cache_parameter_group(CacheParameterGroupName="p")
    return bool(tags == [{"Key": "a", "Value": "b"}])


def tls_only_bucket() -> bool:
    s3 = client("s3")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_bucket_policy(
        Bucket="bucket", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    s3.put_object(Bucket="bucket", Key="k", Body=b"v")
    return bool(s3.get_object(Bucket="bucket", Key="k")["Body"].read() == b"v")


def parameter_source() -> bool:
    rds = client("rds")
    rds.create_db_parameter_group(
        DBParameterGroupName="p", DBParameterGroupFamily="mysql8.4", Description="p"
    )
    wanted = {
        "ParameterName": "require_secure_transport",
        "ParameterValue": "1",
        "ApplyMethod": "immediate",
    }
    rds.modify_db_parameter_group(DBParameterGroupName="p", Parameters=[wanted])
    answer = rds.describe_db_parameters(DBParameterGroupName="p", Source="user")["Parameters"]
    return [one.get("Source") for one in answer] == ["user"]


def parameters_set_back() -> bool:
    rds = client("rds")
    rds.create_db_parameter_group(
        DBParameterGroupName="p", DBParameterGroupFamily="mysql8.4", Description="d"
    )
    wanted = [
        {"ParameterName": name, "ParameterValue": "1", "ApplyMethod": "immediate"}
        for name in ("general_log", "slow_query_log", "log_output")
    ]
    rds.modify_db_parameter_group(DBParameterGroupName="p", Parameters=wanted)

    def names() -> set[str]:
        found = rds.describe_db_parameters(DBParameterGroupName="p")["Parameters"]
        return {one["ParameterName"] for one in found}

    rds.reset_db_parameter_group(DBParameterGroupName="p", Parameters=wanted[:1])
    left = names()
    rds.reset_db_parameter_group(DBParameterGroupName="p", ResetAllParameters=True)
    return left == {"slow_query_log", "log_output"} and not names()


def parameters_in_use() -> bool:
    rds = client("rds")
    rds.create_db_parameter_group(
        DBParameterGroupName="p", DBParameterGroupFamily="mysql8.4", Description="p"
    )
    rds.create_db_instance(**_database("one"), DBParameterGroupName="p")
    try:
        rds.delete_db_parameter_group(DBParameterGroupName="p")
    except rds.exceptions.InvalidDBParameterGroupStateFault:
        rds.delete_db_instance(DBInstanceIdentifier="one", SkipFinalSnapshot=True)
        rds.delete_db_parameter_group(DBParameterGroupName="p")
        return not rds.describe_db_parameter_groups()["DBParameterGroups"]
    return False


def _database(name: str) -> dict[str, Any]:
    return {
        "DBInstanceIdentifier": name,
        "DBInstanceClass": "db.t3.micro",
        "Engine": "mysql",
        "AllocatedStorage": 20,
        "MasterUsername": "admin",
        "MasterUserPassword": "password-of-one",
    }


def database_identifier() -> bool:
    rds = client("rds")
    for name in ("one", "two"):
        rds.create_db_instance(**_database(name))
    found = rds.describe_db_instances()["DBInstances"]
    return len({one["DbiResourceId"] for one in found}) == 2


def database_windows_that_meet() -> bool:
    windows = {
        "PreferredBackupWindow": "03:00-06:00",
        "PreferredMaintenanceWindow": "mon:00:00-mon:03:00",
    }
    rds = client("rds")
    made = rds.create_db_instance(**_database("one"), **windows)["DBInstance"]
    try:
        later = {**windows, "PreferredMaintenanceWindow": "mon:00:00-mon:03:01"}
        rds.create_db_instance(**_database("two"), **later)
    except ClientError:
        return {key: made[key] for key in windows} == windows
    return False


def database_window_from_sunday_to_monday() -> bool:
    window = {"PreferredMaintenanceWindow": "sun:23:45-mon:00:15"}
    made = client("rds").create_db_instance(**_database("one"), **window)["DBInstance"]
    return bool(made["PreferredMaintenanceWindow"] == "sun:23:45-mon:00:15")


def database_roles() -> bool:
    rds = client("rds")
    rds.create_db_instance(**_database("one"))
    role = {"DBInstanceIdentifier": "one", "RoleArn": "arn:aws:iam::123456789012:role/r"}
    rds.add_role_to_db_instance(**role, FeatureName="S3_INTEGRATION")
    rds.remove_role_from_db_instance(**role, FeatureName="S3_INTEGRATION")
    return not rds.describe_db_instances()["DBInstances"][0]["AssociatedRoles"]


def ecr_token() -> bool:
    (data,) = client("ecr").get_authorization_token()["authorizationData"]
    now = datetime.datetime.now(datetime.UTC)
    return bool(datetime.timedelta(hours=11) < data["expiresAt"] - now)


def _image() -> Any:
    ecr = client("ecr")
    ecr.create_repository(repositoryName="shop", imageScanningConfiguration={"scanOnPush": True})
    kind = "application/vnd.oci.image"
    digest = f"sha256:{'a' * 64}"
    layers = [{"mediaType": f"{kind}.layer.v1.tar", "size": 7, "digest": digest}] * 2
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{kind}.manifest.v1+json",
        "config": {"mediaType": f"{kind}.config.v1+json", "size": 3, "digest": digest},
        "layers": layers,
    }
    ecr.put_image(repositoryName="shop", imageManifest=json.dumps(manifest), imageTag="1")
    return ecr


def ecr_image_size() -> bool:
    (image,) = _image().describe_images(repositoryName="shop")["imageDetails"]
    return bool(image["imageSizeInBytes"] == 14)


def ecr_scan_on_push() -> bool:
    answer = _image().describe_image_scan_findings(repositoryName="shop", imageId={"imageTag": "1"})
    return bool(answer["imageScanStatus"]["status"] == "COMPLETE")


def ecr_scan_no_more() -> bool:
    ecr = client("ecr")
    ecr.create_repository(repositoryName="scanned", imageScanningConfiguration={"scanOnPush": True})
    ecr.put_image_scanning_configuration(repositoryName="scanned", imageScanningConfiguration={})
    [found] = ecr.describe_repositories(repositoryNames=["scanned"])["repositories"]
    return bool(found["imageScanningConfiguration"] == {"scanOnPush": False})


def orderable_databases() -> bool:
    options = client("rds").describe_orderable_db_instance_options(
        Engine="mysql", DBInstanceClass="db.t3.micro"
    )["OrderableDBInstanceOptions"]
    return {one["DBInstanceClass"] for one in options} == {"db.t3.micro"}


def cache_offers() -> bool:
    cache = client("elasticache")
    kinds = cache.describe_reserved_cache_nodes_offerings(CacheNodeType="cache.t3.micro")
    versions = cache.describe_cache_engine_versions(Engine="redis")["CacheEngineVersions"]
    found = {one["EngineVersion"] for one in versions}
    return bool(kinds["ReservedCacheNodesOfferings"]) and "7.1" in found


def quotas() -> bool:
    answer = client("service-quotas").get_service_quota(ServiceCode="ec2", QuotaCode="L-1216C47A")
    return bool(answer["Quota"]["Value"] > 0)


def deleted_service() -> bool:
    ecs = client("ecs")
    ecs.create_cluster(clusterName="c")
    ecs.register_task_definition(
        family="t", containerDefinitions=[{"name": "a", "image": "a", "memory": 128}]
    )
    for name in ("gone", "here"):
        ecs.create_service(cluster="c", serviceName=name, taskDefinition="t", desiredCount=0)
    ecs.delete_service(cluster="c", service="gone", force=True)
    (arn,) = ecs.list_services(cluster="c")["serviceArns"]
    return bool(arn.endswith("/here"))


def _given_back(wanted: dict[str, Any], found: dict[str, Any]) -> bool:
    """Whether an answer has all that was given."""
    return all(found.get(key) == value for key, value in wanted.items())


def scaling_group_settings() -> bool:
    scaling, ec2 = client("autoscaling"), client("ec2")
    ec2.create_launch_template(
        LaunchTemplateName="template",
        LaunchTemplateData={"ImageId": "ami-1", "InstanceType": "t3.micro"},
    )
    first = {
        "DefaultCooldown": 100,
        "DefaultInstanceWarmup": 60,
        "InstanceMaintenancePolicy": {"MinHealthyPercentage": 90, "MaxHealthyPercentage": 120},
        "MaxInstanceLifetime": 2592000,
        "TerminationPolicies": ["OldestInstance"],
    }
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="g",
        MinSize=0,
        MaxSize=1,
        LaunchTemplate={"LaunchTemplateName": "template"},
        VPCZoneIdentifier=_subnets()[0],
        **first,
    )

    def found() -> dict[str, Any]:
        return dict(scaling.describe_auto_scaling_groups()["AutoScalingGroups"][0])

    made = _given_back(first, found())
    second = {**first, "DefaultInstanceWarmup": 90, "TerminationPolicies": ["NewestInstance"]}
    scaling.update_auto_scaling_group(AutoScalingGroupName="g", **second)
    changed = _given_back(second, found())
    scaling.update_auto_scaling_group(AutoScalingGroupName="g", MaxInstanceLifetime=0)
    return made and changed and "MaxInstanceLifetime" not in found()


def user_data_of_versions() -> bool:
    scaling, ec2 = client("autoscaling"), client("ec2")
    data = {"ImageId": "ami-1", "InstanceType": "t3.micro", "UserData": "IyEvYmluL3NoCg=="}
    ec2.create_launch_template(LaunchTemplateName="template", LaunchTemplateData=data)
    ec2.create_launch_template_version(LaunchTemplateName="template", LaunchTemplateData=data)
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="g",
        MinSize=1,
        MaxSize=1,
        LaunchTemplate={"LaunchTemplateName": "template", "Version": "$Latest"},
        VPCZoneIdentifier=_subnets()[0],
    )
    [group] = scaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    return len(group["Instances"]) == 1


def interfaces_of_instances() -> bool:
    ec2 = client("ec2")
    answer = ec2.run_instances(
        ImageId="ami-1", InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=_subnets()[0]
    )
    named = {"InstanceIds": [answer["Instances"][0]["InstanceId"]]}
    before = ec2.describe_network_interfaces()["NetworkInterfaces"]
    ec2.terminate_instances(**named)
    ec2.terminate_instances(**named)
    return len(before) == 1 and not ec2.describe_network_interfaces()["NetworkInterfaces"]


def instances_and_quotas() -> bool:
    """DescribeInstances says what an instance counts for, and in which quota."""
    ec2 = client("ec2")
    ec2.run_instances(
        ImageId="ami-12345678", InstanceType="t3.large", MinCount=1, MaxCount=1,
        InstanceMarketOptions={"MarketType": "spot"},
    )  # fmt: skip
    [found] = ec2.describe_instances()["Reservations"][0]["Instances"]
    options = found.get("CpuOptions", {})
    return bool(
        found.get("InstanceLifecycle") == "spot"
        and options.get("CoreCount", 0) * options.get("ThreadsPerCore", 0) == 2
    )


def interfaces_of_endpoints() -> bool:
    ec2 = client("ec2")
    subnet = ec2.describe_subnets(SubnetIds=_subnets()[:1])["Subnets"][0]
    made = ec2.create_vpc_endpoint(
        VpcId=subnet["VpcId"], ServiceName="com.amazonaws.us-east-1.logs",
        VpcEndpointType="Interface", SubnetIds=[subnet["SubnetId"]],
    )["VpcEndpoint"]  # fmt: skip
    [interface] = ec2.describe_network_interfaces(NetworkInterfaceIds=made["NetworkInterfaceIds"])[
        "NetworkInterfaces"
    ]
    return bool(interface["Description"] == f"VPC Endpoint Interface {made['VpcEndpointId']}")


def instances_in_zones() -> bool:
    scaling, ec2 = client("autoscaling"), client("ec2")
    ec2.create_launch_template(
        LaunchTemplateName="template",
        LaunchTemplateData={"ImageId": "ami-1", "InstanceType": "t3.micro"},
    )
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="g",
        MinSize=3,
        MaxSize=3,
        LaunchTemplate={"LaunchTemplateName": "template"},
        VPCZoneIdentifier=",".join(_subnets()),
    )
    [group] = scaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    zones = [one["AvailabilityZone"] for one in group["Instances"]]
    scaling.update_auto_scaling_group(AutoScalingGroupName="g", VPCZoneIdentifier=_subnets()[1])
    [group] = scaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    left = [one["AvailabilityZone"] for one in group["Instances"]]
    return (len(zones), len(set(zones)), len(left), len(set(left))) == (3, 2, 3, 1)


def mixed_instances() -> bool:
    scaling, ec2 = client("autoscaling"), client("ec2")
    ec2.create_launch_template(
        LaunchTemplateName="template",
        LaunchTemplateData={"ImageId": "ami-1", "InstanceType": "t3.micro"},
    )
    policy = {
        "LaunchTemplate": {
            "LaunchTemplateSpecification": {"LaunchTemplateName": "template"},
            "Overrides": [{"InstanceType": "t3.micro"}, {"InstanceType": "t3.small"}],
        },
        "InstancesDistribution": {
            "OnDemandBaseCapacity": 2, "OnDemandPercentageAboveBaseCapacity": 50
        },
    }  # fmt: skip
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="g", MinSize=2, MaxSize=5, DesiredCapacity=2,
        MixedInstancesPolicy=policy, VPCZoneIdentifier=_subnets()[0],
    )  # fmt: skip
    counts = []
    for desired in (3, 4, 2):
        scaling.update_auto_scaling_group(AutoScalingGroupName="g", DesiredCapacity=desired)
        [group] = scaling.describe_auto_scaling_groups()["AutoScalingGroups"]
        counts.append(len(group["Instances"]))
    distribution = group.get("MixedInstancesPolicy", {}).get("InstancesDistribution", {})
    return counts == [3, 4, 2] and distribution.get("OnDemandBaseCapacity") == 2


def log_group_class() -> bool:
    logs = client("logs")
    logs.create_log_group(logGroupName="a", logGroupClass="INFREQUENT_ACCESS")
    logs.create_log_group(logGroupName="b")
    found = [one.get("logGroupClass") for one in logs.describe_log_groups()["logGroups"]]
    return found == ["INFREQUENT_ACCESS", "STANDARD"]


def log_stream_prefix() -> bool:
    logs = client("logs")
    logs.create_log_group(logGroupName="g")
    for stream in ("a/1", "a/2", "b/1"):
        logs.create_log_stream(logGroupName="g", logStreamName=stream)
        events = [{"timestamp": int(time.time() * 1000), "message": stream}]
        logs.put_log_events(logGroupName="g", logStreamName=stream, logEvents=events)

    def said(prefix: str) -> list[str]:
        answer = logs.filter_log_events(logGroupName="g", logStreamNamePrefix=prefix)
        return sorted(event["message"] for event in answer["events"])

    return said("a/") == ["a/1", "a/2"] and said("b/1") == ["b/1"] and said("c") == []


def ssm_sessions() -> bool:
    ec2, ssm = client("ec2"), client("ssm")
    image = ec2.register_image(Name="image", RootDeviceName="/dev/xvda")["ImageId"]
    (instance,) = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"]
    wanted = {
        "DocumentName": "AWS-StartPortForwardingSessionToRemoteHost",
        "Parameters": {"host": ["h"], "portNumber": ["1"]},
    }
    session = ssm.start_session(Target=instance["InstanceId"], **wanted)
    ssm.terminate_session(SessionId=session["SessionId"])
    ec2.terminate_instances(InstanceIds=[instance["InstanceId"]])
    return {"SessionId", "TokenValue", "StreamUrl"} <= session.keys() and _refused(
        lambda: ssm.start_session(Target=instance["InstanceId"], **wanted)
    ) == "TargetNotConnected"


def _refused(call: Callable[[], object]) -> str:
    """The code that a call is refused with."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


def certificate_key() -> bool:
    acm = client("acm")
    arn = acm.request_certificate(
        DomainName="shop.example", ValidationMethod="DNS", KeyAlgorithm="EC_prime256v1"
    )["CertificateArn"]
    found = acm.describe_certificate(CertificateArn=arn)["Certificate"]["KeyAlgorithm"]
    return bool(found == "EC_prime256v1")


def certificate_without_records() -> bool:
    settings.ACM_VALIDATION_WAIT = -1
    acm = client("acm")
    arn = acm.request_certificate(DomainName="shop.example", ValidationMethod="DNS")
    found = acm.describe_certificate(CertificateArn=arn["CertificateArn"])
    return bool(found["Certificate"]["Status"] == "PENDING_VALIDATION")


def zone_name_servers() -> bool:
    route53 = client("route53")
    servers = [
        frozenset(
            route53.create_hosted_zone(Name="shop.example", CallerReference=one)["DelegationSet"][
                "NameServers"
            ]
        )
        for one in "ab"
    ]
    return len(set(servers)) == 2


def capacity_providers() -> bool:
    ecs = client("ecs")
    ecs.create_cluster(clusterName="c")
    ecs.create_capacity_provider(
        name="p", autoScalingGroupProvider={"autoScalingGroupArn": "arn:of:group"}
    )
    listed = ecs.describe_capacity_providers()["capacityProviders"]
    ecs.put_cluster_capacity_providers(
        cluster="c", capacityProviders=["p"], defaultCapacityProviderStrategy=[]
    )
    kept = ecs.delete_capacity_provider(capacityProvider="p")["capacityProvider"]
    ecs.put_cluster_capacity_providers(
        cluster="c", capacityProviders=[], defaultCapacityProviderStrategy=[]
    )
    ecs.delete_capacity_provider(capacityProvider="p")
    return (
        [one["name"] for one in listed] == ["p"]
        and kept["updateStatus"] == "DELETE_FAILED"
        and not ecs.describe_capacity_providers()["capacityProviders"]
    )


def task_definitions() -> bool:
    ecs = client("ecs")
    containers: Any = [{"name": "api", "image": "a", "memory": 8}]
    for _ in range(2):
        ecs.register_task_definition(family="t", containerDefinitions=containers)
    ecs.deregister_task_definition(taskDefinition="t:2")
    newest = ecs.describe_task_definition(taskDefinition="t")["taskDefinition"]
    ecs.deregister_task_definition(taskDefinition="t:1")
    try:
        ecs.describe_task_definition(taskDefinition="t")
    except ecs.exceptions.ClientException:
        return (
            newest["revision"] == 1
            and newest["registeredBy"].startswith("arn:aws:sts::")
            and bool(newest["registeredAt"])
        )
    return False


def database_settings() -> bool:
    rds = client("rds")
    wanted = {
        "EngineLifecycleSupport": "open-source-rds-extended-support-disabled",
        "EnablePerformanceInsights": True,
        "PerformanceInsightsRetentionPeriod": 7,
        "NetworkType": "IPV4",
        "Port": 3306,
    }
    rds.create_db_instance(**_database("one"), **wanted)
    rds.modify_db_instance(
        DBInstanceIdentifier="one",
        EnablePerformanceInsights=False,
        DBPortNumber=3307,
        ApplyImmediately=True,
    )
    found = rds.describe_db_instances()["DBInstances"][0]
    return bool(
        found.get("EngineLifecycleSupport") == wanted["EngineLifecycleSupport"]
        and found.get("PerformanceInsightsEnabled") is False
        and found.get("PerformanceInsightsRetentionPeriod") == 7
        and found.get("NetworkType") == "IPV4"
        and found["Endpoint"]["Port"] == 3307
    )


def managed_password() -> bool:
    """A schedule makes no password, and a rotation makes another one and keeps the user."""
    rds, manager = client("rds"), client("secretsmanager")
    rds.create_db_instance(**_database("one"), ManageMasterUserPassword=True)
    database = rds.describe_db_instances()["DBInstances"][0]
    arn = database["MasterUserSecret"]["SecretArn"]
    rules = {"ScheduleExpression": "cron(0 3 ? * SUN *)", "Duration": "1h"}
    before = manager.get_secret_value(SecretId=arn)
    manager.rotate_secret(SecretId=arn, RotationRules=rules, RotateImmediately=False)
    kept = manager.get_secret_value(SecretId=arn)["VersionId"] == before["VersionId"]
    manager.rotate_secret(SecretId=arn)
    after = manager.get_secret_value(SecretId=arn)
    values = [json.loads(one["SecretString"]) for one in (before, after)]
    described = manager.describe_secret(SecretId=arn)
    manager.cancel_rotate_secret(SecretId=arn)
    return bool(
        kept
        and described["RotationRules"] == rules
        and values[0]["username"] == values[1]["username"]
        and values[0]["password"] != values[1]["password"]
        and described["VersionIdsToStages"][before["VersionId"]] == ["AWSPREVIOUS"]
        and manager.describe_secret(SecretId=arn)["RotationEnabled"] is False
    )


def current_version_moves() -> bool:
    """A version that becomes current is the one that is read."""
    manager = client("secretsmanager")
    first = manager.create_secret(Name="token", SecretString="a")["VersionId"]
    second = manager.put_secret_value(
        SecretId="token", SecretString="b", VersionStages=["AWSPENDING"]
    )["VersionId"]
    manager.update_secret_version_stage(
        SecretId="token", VersionStage="AWSCURRENT", RemoveFromVersionId=first,
        MoveToVersionId=second,
    )  # fmt: skip
    manager.put_secret_value(SecretId="token", SecretString="c")
    stages = manager.describe_secret(SecretId="token")["VersionIdsToStages"]
    return bool(stages.get(second) and "AWSPREVIOUS" in stages[second])


def state_machine_definition() -> bool:
    steps = client("stepfunctions")
    good = json.dumps({"StartAt": "a", "States": {"a": {"Type": "Succeed"}}})
    answers = [
        steps.validate_state_machine_definition(definition=text)["result"]
        for text in (good, "{", json.dumps({"StartAt": "b", "States": {"a": {}}}))
    ]
    return answers == ["OK", "FAIL", "FAIL"]


def state_machine_versions() -> bool:
    steps = client("stepfunctions")
    role = client("iam").create_role(RoleName="r", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    good = json.dumps({"StartAt": "a", "States": {"a": {"Type": "Succeed"}}})
    arn = steps.create_state_machine(name="m", definition=good, roleArn=role)["stateMachineArn"]
    return bool(
        steps.list_state_machine_versions(stateMachineArn=arn)["stateMachineVersions"] == []
    )


def host_bits() -> bool:
    ec2 = client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.1/16")["Vpc"]
    subnet = ec2.create_subnet(VpcId=vpc["VpcId"], CidrBlock="10.0.1.7/24")["Subnet"]
    return (vpc["CidrBlock"], subnet["CidrBlock"]) == ("10.0.0.0/16", "10.0.1.0/24")


def service_linked_roles() -> bool:
    iam = client("iam")
    for service in ("ecs", "elasticloadbalancing", "ecs.application-autoscaling"):
        iam.create_service_linked_role(AWSServiceName=f"{service}.amazonaws.com")
    found = {one["RoleName"] for one in iam.list_roles()["Roles"]}
    return found == {
        "AWSServiceRoleForECS",
        "AWSServiceRoleForElasticLoadBalancing",
        "AWSServiceRoleForApplicationAutoScaling_ECSService",
    }


def _topic(service: str) -> tuple[str, str]:
    """The ARN of a topic that a service may publish to, and the URL of a queue that it fills."""
    topics, queues = client("sns"), client("sqs")
    topic = topics.create_topic(Name="t")["TopicArn"]
    statement = {
        "Effect": "Allow", "Principal": {"Service": service}, "Action": "sns:Publish",
        "Resource": topic,
    }  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    topics.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    queue = queues.create_queue(QueueName="q")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    topics.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["QueueArn"])
    return topic, queue


def _received(queue: str) -> list[dict[str, Any]]:
    messages = client("sqs").receive_message(QueueUrl=queue).get("Messages", [])
    return [json.loads(json.loads(message["Body"])["Message"]) for message in messages]


def _alarm(topic: str) -> None:
    client("cloudwatch").put_metric_alarm(
        AlarmName="a", Namespace="AWS/EC2", MetricName="CPUUtilization", Statistic="Sum",
        Period=60, EvaluationPeriods=1, Threshold=1,
        ComparisonOperator="GreaterThanThreshold", AlarmActions=[topic],
    )  # fmt: skip
    client("cloudwatch").set_alarm_state(AlarmName="a", StateValue="ALARM", StateReason="said so")


def alarm_tells_its_topic() -> bool:
    topic, queue = _topic("cloudwatch.amazonaws.com")
    _alarm(topic)
    (message,) = _received(queue)
    return (message["AlarmName"], message["NewStateValue"]) == ("a", "ALARM")


def alarm_cannot_use_the_key_of_sns() -> bool:
    topic, queue = _topic("cloudwatch.amazonaws.com")
    _alarm(topic)
    told = len(_received(queue)) == 1
    client("sns").set_topic_attributes(
        TopicArn=topic, AttributeName="KmsMasterKeyId", AttributeValue="alias/aws/sns"
    )
    client("cloudwatch").set_alarm_state(AlarmName="a", StateValue="OK", StateReason="well")
    client("cloudwatch").set_alarm_state(AlarmName="a", StateValue="ALARM", StateReason="again")
    return told and not _received(queue)


def event_to_a_topic() -> bool:
    topic, queue = _topic("events.amazonaws.com")
    events = client("events")
    events.put_rule(Name="r", EventPattern=json.dumps({"source": ["shop"]}))
    events.put_targets(Rule="r", Targets=[{"Id": "t", "Arn": topic}])
    for source in ("shop", "another"):
        entry = {"Source": source, "DetailType": "d", "Detail": json.dumps({"a": 1})}
        events.put_events(Entries=[entry])
    (message,) = _received(queue)
    return (message["source"], message["detail"]) == ("shop", {"a": 1})


def event_with_a_list() -> bool:
    topic, queue = _topic("events.amazonaws.com")
    events = client("events")
    wanted = {"name": ["api"], "exitCode": [{"anything-but": [0]}]}
    pattern = {"detail": {"$or": [{"containers": wanted}, {"stopCode": ["x"]}]}}
    events.put_rule(Name="r", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="r", Targets=[{"Id": "t", "Arn": topic}])
    for api, other in ((0, 0), (0, 1), (1, 0)):
        ended = [{"name": "api", "exitCode": api}, {"name": "log", "exitCode": other}]
        detail = json.dumps({"containers": ended})
        events.put_events(Entries=[{"Source": "s", "DetailType": "d", "Detail": detail}])
    (message,) = _received(queue)
    return bool(message["detail"]["containers"][0]["exitCode"] == 1)


def event_of_no_concern_to_a_rule() -> bool:
    """Rules of a schedule, disabled ones, and targets that are gone or are not played."""
    topic, queue = _topic("events.amazonaws.com")
    events = client("events")
    where = "eu-central-1:123456789012"
    pattern = {"EventPattern": json.dumps({"source": ["shop"]})}
    rules: dict[str, tuple[dict[str, str], list[str]]] = {
        "scheduled": ({"ScheduleExpression": "rate(1 day)"}, [topic]),
        "disabled": ({**pattern, "State": "DISABLED"}, [topic]),
        "other": (
            pattern,
            [f"arn:aws:ecs:{where}:cluster/c", f"arn:aws:lambda:{where}:function:f",
             f"arn:aws:logs:{where}:log-group:gone", f"arn:aws:sqs:{where}:gone", topic],
        ),
    }  # fmt: skip
    for name, (what, arns) in rules.items():
        events.put_rule(Name=name, **what)
        targets = [{"Id": str(number), "Arn": arn} for number, arn in enumerate(arns)]
        events.put_targets(Rule=name, Targets=targets)
    entry = {"Source": "shop", "DetailType": "d", "Detail": "{}"}
    events.put_events(Entries=[entry])
    return len(_received(queue)) == 1


def budget() -> bool:
    account, budgets = "123456789012", client("budgets")
    notification = {
        "NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0,
    }  # fmt: skip
    subscriber = {"SubscriptionType": "EMAIL", "Address": "a@shop.example"}
    described = {
        "BudgetName": "b", "BudgetType": "COST", "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": "10", "Unit": "USD"},
    }  # fmt: skip
    budgets.create_budget(
        AccountId=account, Budget=described, ResourceTags=[{"Key": "Team", "Value": "shop"}],
        NotificationsWithSubscribers=[{"Notification": notification, "Subscribers": [subscriber]}],
    )  # fmt: skip
    described["BudgetLimit"] = {"Amount": "20", "Unit": "USD"}
    budgets.update_budget(AccountId=account, NewBudget=described)
    arn = f"arn:aws:budgets::{account}:budget/b"
    now = budgets.describe_budget(AccountId=account, BudgetName="b")["Budget"]["BudgetLimit"]
    told = budgets.describe_subscribers_for_notification(
        AccountId=account, BudgetName="b", Notification=notification
    )["Subscribers"]
    tags = budgets.list_tags_for_resource(ResourceARN=arn)["ResourceTags"]
    return (now["Amount"], told, tags) == (
        "20", [subscriber], [{"Key": "Team", "Value": "shop"}]
    )  # fmt: skip


PROBES = {
    probe.__name__: probe
    for probe in (
        autoscaling_tags,
        task_definitions,
        ecr_token,
        log_stream_prefix,
        ssm_sessions,
        ecr_image_size,
        ecr_scan_on_push,
        ecr_scan_no_more,
        orderable_databases,
        cache_offers,
        quotas,
        longest_deregistration_delay,
        cache_replicas,
        database_windows_that_meet,
        database_window_from_sunday_to_monday,
        launch_template_tags,
        changed_launch_template_tags,
        rule_description,
        rule_change,
        acl_association,
        ecs_service,
        cache_members,
        cache_change,
        cache_deletion,
        cache_subnets,
        cache_parameter_groups,
        tls_only_bucket,
        parameter_source,
        parameters_set_back,
        parameters_in_use,
        database_identifier,
        database_roles,
        deleted_service,
        database_subnets,
        scaling_group_settings,
        instances_in_zones,
        mixed_instances,
        interfaces_of_instances,
        interfaces_of_endpoints,
        instances_and_quotas,
        user_data_of_versions,
        log_group_class,
        certificate_key,
        certificate_without_records,
        zone_name_servers,
        capacity_providers,
        database_settings,
        managed_password,
        current_version_moves,
        state_machine_definition,
        state_machine_versions,
        host_bits,
        service_linked_roles,
        alarm_tells_its_topic,
        alarm_cannot_use_the_key_of_sns,
        event_to_a_topic,
        event_with_a_list,
        event_of_no_concern_to_a_rule,
        budget,
    )
}

LOADED = {
    "ec2": "ec2", "ecs": "ecs", "rds": "rds", "s3": "s3", "elasticache": "elasticache",
    "application-autoscaling": "applicationautoscaling", "acm": "acm", "iam": "iam",
    "autoscaling": "autoscaling", "logs": "logs", "route53": "route53", "ecr": "ecr",
    "secretsmanager": "secretsmanager", "stepfunctions": "stepfunctions", "events": "events",
    "sns": "sns", "sqs": "sqs", "cloudwatch": "cloudwatch", "budgets": "budgets", "kms": "kms",
    "ssm": "ssm", "elbv2": "elbv2",
}  # fmt: skip
"""What the probes ask, as boto3 and as moto name it: loaded once for all of them."""


def _answer(name: str) -> str:
    try:
        with mock_aws():
            return "" if PROBES[name]() else "it was not seen"
    except Exception:  # noqa: BLE001 - whatever it is, it is the answer
        return traceback.format_exc()


def _answers(names: list[str]) -> dict[str, str]:
    """The answers of two at a time, each in a process that has met no other probe.

    The processes are forked here and not by a Pool, whose threads may hold locks at that moment.
    """
    forking = multiprocessing.get_context("fork")
    answers = {}
    for two in (names[start : start + 2] for start in range(0, len(names), 2)):
        begun = []
        for name in two:
            answer, theirs = forking.Pipe(duplex=False)
            process = forking.Process(target=_send, args=(theirs, name))
            process.start()
            # Else there would be no end where the process dies.
            theirs.close()
            begun.append((name, answer, process))
        for name, answer, process in begun:
            answers[name] = answer.recv()
            process.join()
    return answers


def _send(place: Connection, name: str) -> None:
    place.send(_answer(name))


if __name__ == "__main__":
    # Nothing lives long here, and a collection looks through the models of all services.
    gc.disable()
    # Neither changes an answer. Without them and what follows, reading the models of AWS's services
    # in each probe anew took two thirds of the time.
    models.keep()
    lookups.keep()
    AccountSpecificBackend.get_session = lambda: SESSION
    for service, backend in LOADED.items():
        client(service)
        get_backend(backend)
        get_service_model(service)
    if sys.argv[1] == "filled":
        from emulator import gaps

        gaps.fill()
    # What no collection touches, a fork need not copy.
    gc.freeze()
    json.dump(_answers(list(PROBES)), sys.stdout)
