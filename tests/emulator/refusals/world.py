"""What the tests of refusals need around what is refused."""

import base64
import contextlib
import itertools
import json
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.deployer.record import TESTS

REGION = "eu-central-1"
ZONES = ("eu-central-1a", "eu-central-1b", "eu-central-1c")
ACCOUNT = "123456789012"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
PARAMETER = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"

numbers = itertools.count()


def name(kind: str = "one") -> str:
    """A name that nothing else has."""
    return f"{kind}{next(numbers)}"


def account(url: str, **settings: Any) -> None:
    """Change what the emulator's account is set to."""
    body = json.dumps(settings).encode()
    with urllib.request.urlopen(f"{url}/strata-api/account", body) as answer:
        assert answer.status == 200


@dataclass
class Network:
    """A VPC with an internet gateway, a subnet in each of three zones and a security group."""

    vpc: str
    gateway: str
    subnets: list[str]
    group: str


@dataclass
class Aws:
    """Clients of one emulator, and what is made there on the way."""

    url: str
    clients: dict[str, Any] = field(default_factory=dict)

    def __call__(self, service: str) -> Any:
        """A client that sends what it is given."""
        if service not in self.clients:
            make: Any = boto3.client
            self.clients[service] = make(
                service,
                region_name=REGION,
                endpoint_url=self.url,
                aws_access_key_id=TESTS,
                aws_secret_access_key=TESTS,
                config=Config(parameter_validation=False, s3={"addressing_style": "path"}),
            )
        return self.clients[service]

    def network(self, gateway: bool = True) -> Network:
        ec2 = self("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        internet = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        if gateway:
            ec2.attach_internet_gateway(VpcId=vpc, InternetGatewayId=internet)
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=zone)
            for number, zone in enumerate(ZONES)
        ]
        group = ec2.create_security_group(GroupName=name(), Description="d", VpcId=vpc)["GroupId"]
        return Network(vpc, internet, [one["Subnet"]["SubnetId"] for one in subnets], group)

    @cached_property
    def shared(self) -> Network:
        """A network that no test takes away."""
        return self.network()

    def role(self) -> str:
        answer = self("iam").create_role(RoleName=name("role"), AssumeRolePolicyDocument=TRUST)
        return str(answer["Role"]["Arn"])

    def template(self, **data: Any) -> dict[str, str]:
        """A launch template; gives how a group names it."""
        given = {"ImageId": f"resolve:ssm:{PARAMETER}", "InstanceType": "t3.micro", **data}
        answer = self("ec2").create_launch_template(
            LaunchTemplateName=name("template"),
            LaunchTemplateData={key: value for key, value in given.items() if value is not None},
        )
        return {"LaunchTemplateId": answer["LaunchTemplate"]["LaunchTemplateId"]}

    def group(self, network: Network | None = None, **more: Any) -> str:
        """A scaling group of one instance; gives its ARN."""
        network = network or self.shared
        wanted = {
            "AutoScalingGroupName": name("group"),
            "MinSize": 1,
            "MaxSize": 2,
            "LaunchTemplate": more.pop("LaunchTemplate", None) or self.template(),
            "VPCZoneIdentifier": ",".join(network.subnets),
            **more,
        }
        if "MixedInstancesPolicy" in more:
            # It names the template itself, and the two exclude each other.
            del wanted["LaunchTemplate"]
        scaling = self("autoscaling")
        scaling.create_auto_scaling_group(**wanted)
        [made] = scaling.describe_auto_scaling_groups(
            AutoScalingGroupNames=[wanted["AutoScalingGroupName"]]
        )["AutoScalingGroups"]
        return str(made["AutoScalingGroupARN"])

    def cluster(self) -> str:
        return str(
            self("ecs").create_cluster(clusterName=name("cluster"))["cluster"]["clusterName"]
        )

    def provider(self, cluster: str) -> str:
        """A capacity provider that belongs to `cluster`."""
        ecs, provider = self("ecs"), name("provider")
        ecs.create_capacity_provider(
            name=provider, autoScalingGroupProvider={"autoScalingGroupArn": self.group()}
        )
        ecs.put_cluster_capacity_providers(
            cluster=cluster, capacityProviders=[provider], defaultCapacityProviderStrategy=[]
        )
        return provider

    def task(self) -> str:
        """A task definition with the container `api` at port 3000."""
        container = {
            "name": "api",
            "image": "api",
            "memory": 128,
            "portMappings": [{"containerPort": 3000}],
        }
        answer = self("ecs").register_task_definition(
            family=name("task"), containerDefinitions=[container]
        )
        return str(answer["taskDefinition"]["taskDefinitionArn"])

    def balancer(self, network: Network | None = None) -> str:
        network = network or self.shared
        answer = self("elbv2").create_load_balancer(
            Name=name("balancer"), Subnets=network.subnets, SecurityGroups=[network.group]
        )
        return str(answer["LoadBalancers"][0]["LoadBalancerArn"])

    def target(self, listened: bool = True) -> str:
        """A target group, which a listener forwards to or not."""
        elb = self("elbv2")
        answer = elb.create_target_group(
            Name=name("target"), Protocol="HTTP", Port=80, VpcId=self.shared.vpc
        )
        arn = str(answer["TargetGroups"][0]["TargetGroupArn"])
        if listened:
            self.listener(Protocol="HTTP", TargetGroupArn=arn)
        return arn

    def listener(self, **wanted: Any) -> Any:
        arn = wanted.pop("TargetGroupArn", None) or self.target(listened=False)
        balancer = wanted.pop("LoadBalancerArn", None) or self.balancer()
        return self("elbv2").create_listener(
            LoadBalancerArn=balancer,
            Port=wanted.pop("Port", 80),
            DefaultActions=[{"Type": "forward", "TargetGroupArn": arn}],
            **wanted,
        )

    def certificate(self, issued: bool = True) -> str:
        domain, acm = f"{name('shop')}.example", self("acm")
        arn = str(
            acm.request_certificate(DomainName=domain, ValidationMethod="DNS")["CertificateArn"]
        )
        if issued:
            account(self.url, delegate=domain)
            self.validate(arn, self.zone(domain))
            assert self.status(arn) == "ISSUED"
        return arn

    def status(self, certificate: str) -> str:
        answer = self("acm").describe_certificate(CertificateArn=certificate)
        return str(answer["Certificate"]["Status"])

    def zone(self, domain: str) -> str:
        answer = self("route53").create_hosted_zone(Name=domain, CallerReference=name())
        return str(answer["HostedZone"]["Id"])

    def validate(self, certificate: str, zone: str, value: str | None = None) -> None:
        """Write the records that the certificate asks for."""
        answer = self("acm").describe_certificate(CertificateArn=certificate)["Certificate"]
        for option in answer["DomainValidationOptions"]:
            record = option["ResourceRecord"]
            self.record(zone, record["Name"], value or record["Value"])

    def record(self, zone: str, record: str, value: str, kind: str = "CNAME") -> None:
        change = {
            "Name": record,
            "Type": kind,
            "TTL": 60,
            "ResourceRecords": [{"Value": value}],
        }
        self("route53").change_resource_record_sets(
            HostedZoneId=zone,
            ChangeBatch={"Changes": [{"Action": "UPSERT", "ResourceRecordSet": change}]},
        )

    def subnet_group(self, network: Network | None = None) -> str:
        given = name("subnets")
        self("rds").create_db_subnet_group(
            DBSubnetGroupName=given,
            DBSubnetGroupDescription="d",
            SubnetIds=(network or self.shared).subnets,
        )
        return given

    def database(self, **more: Any) -> str:
        wanted = {
            "DBInstanceIdentifier": name("database"),
            "DBInstanceClass": "db.t3.micro",
            "Engine": "mysql",
            "EngineVersion": "8.4",
            "AllocatedStorage": 20,
            "MasterUsername": "admin",
            "MasterUserPassword": "password-of-one",
            **more,
        }
        answer = self("rds").create_db_instance(**wanted)
        return str(answer["DBInstance"]["DBInstanceIdentifier"])

    def cache(self, **more: Any) -> str:
        wanted = {
            "ReplicationGroupId": name("cache"),
            "ReplicationGroupDescription": "d",
            "Engine": "redis",
            "EngineVersion": "7.1",
            "CacheNodeType": "cache.t3.micro",
            "NumCacheClusters": 1,
            **more,
        }
        answer = self("elasticache").create_replication_group(**wanted)
        return str(answer["ReplicationGroup"]["ReplicationGroupId"])

    def bucket(self) -> str:
        given = name("bucket")
        self("s3").create_bucket(
            Bucket=given, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        return given


@contextlib.contextmanager
def refuses(code: str, words: str = "") -> Iterator[None]:
    """What runs within is refused with AWS's code and in its words."""
    with pytest.raises(ClientError) as raised:
        yield
    error = raised.value.response["Error"]
    assert (error["Code"], words in error["Message"]) == (code, True), error


def encoded(text: str) -> str:
    """As user data is given."""
    return base64.b64encode(text.encode()).decode()
