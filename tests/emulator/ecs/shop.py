"""A shop on the emulator: a cluster with its instances, a repository, a target group, a service."""

import json
from typing import Any

from strata.local import ecs as play
from strata.local import emulator as emulation
from tests.emulator.refusals.world import TRUST, Aws, encoded, name

POLICY = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
REGISTRY = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"


class Shop:
    """What a service needs, made through AWS's API."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.aws = Aws(url)
        self.cluster = self.aws.cluster()
        self.repository = name("repository")
        self.aws("ecr").create_repository(repositoryName=self.repository)
        self.log_group = f"/{self.repository}"
        self.aws("logs").create_log_group(logGroupName=self.log_group)
        self.target = self.aws.target()
        self.family = name("family")
        self.group = ""
        self.provider = ""

    @property
    def ecs(self) -> Any:
        return self.aws("ecs")

    def step(self, seconds: float) -> None:
        """Let time pass."""
        play.step(self.url, seconds)

    def instances(self, spot: bool = False, **more: Any) -> None:
        """A group whose instances join the cluster, behind a capacity provider with scaling.

        With `spot` it has a mixed instances policy.
        """
        role, profile = name("role"), name("profile")
        iam = self.aws("iam")
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=TRUST)
        iam.attach_role_policy(RoleName=role, PolicyArn=POLICY)
        iam.create_instance_profile(InstanceProfileName=profile)
        iam.add_role_to_instance_profile(InstanceProfileName=profile, RoleName=role)
        data = f"#!/bin/sh\nECS_CLUSTER={self.cluster}\nECS_RESERVED_MEMORY=32\n"
        template = self.aws.template(
            UserData=encoded(data), IamInstanceProfile={"Name": profile}, InstanceType="t3.micro"
        )
        if spot:
            more["MixedInstancesPolicy"] = {
                "LaunchTemplate": {
                    "LaunchTemplateSpecification": {**template, "Version": "$Latest"},
                    "Overrides": [{"InstanceType": "t3.micro"}, {"InstanceType": "t3a.micro"}],
                },
                "InstancesDistribution": {
                    "OnDemandBaseCapacity": 1,
                    "OnDemandPercentageAboveBaseCapacity": 0,
                    "SpotAllocationStrategy": "price-capacity-optimized",
                },
            }
        arn = self.aws.group(LaunchTemplate=template, MaxSize=more.pop("MaxSize", 5), **more)
        self.group = arn.rpartition("/")[2]
        self.provider = name("provider")
        self.ecs.create_capacity_provider(
            name=self.provider,
            autoScalingGroupProvider={
                "autoScalingGroupArn": arn,
                "managedScaling": {"status": "ENABLED", "targetCapacity": 100},
            },
        )
        self.ecs.put_cluster_capacity_providers(
            cluster=self.cluster,
            capacityProviders=[self.provider],
            defaultCapacityProviderStrategy=[{"capacityProvider": self.provider, "weight": 1}],
        )

    def image(self, tag: str, behaves: str = "good", *lines: str) -> str:
        """Push an image under a tag; gives its digest."""
        play.behave(self.url, f"{self.repository}:{tag}", behaves, lines)
        emulation.push(self.url, self.repository, tag)
        wanted = [{"imageTag": tag}]
        answer = self.aws("ecr").describe_images(repositoryName=self.repository, imageIds=wanted)
        return str(answer["imageDetails"][0]["imageDigest"])

    def revision(self, tag: str, **more: Any) -> str:
        """Register a revision that runs the image of a tag; gives its ARN."""
        container = {
            "name": "api",
            "image": f"{REGISTRY}/{self.repository}:{tag}",
            "cpu": 512,
            "memory": 512,
            "portMappings": [{"containerPort": 3000, "hostPort": 0}],
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {
                    "awslogs-group": self.log_group,
                    "awslogs-region": "eu-central-1",
                    "awslogs-stream-prefix": "api",
                },
            },
            **more,
        }
        answer = self.ecs.register_task_definition(
            family=self.family, containerDefinitions=[container]
        )
        return str(answer["taskDefinition"]["taskDefinitionArn"])

    def create(self, revision: str, **more: Any) -> Any:
        """Create the service `api` on the capacity provider and the target group."""
        wanted = {
            "cluster": self.cluster,
            "serviceName": "api",
            "taskDefinition": revision,
            "desiredCount": 3,
            "capacityProviderStrategy": [
                {"capacityProvider": self.provider, "base": 1, "weight": 100}
            ],
            "loadBalancers": [
                {"targetGroupArn": self.target, "containerName": "api", "containerPort": 3000}
            ],
            "deploymentConfiguration": {
                "minimumHealthyPercent": 50,
                "maximumPercent": 200,
                "deploymentCircuitBreaker": {"enable": True, "rollback": True},
            },
            "healthCheckGracePeriodSeconds": 60,
            **more,
        }
        return self.ecs.create_service(**wanted)["service"]

    def service(self) -> Any:
        """The service as DescribeServices has it."""
        answer = self.ecs.describe_services(cluster=self.cluster, services=["api"])
        return answer["services"][0]

    def tasks(self, **filters: Any) -> list[Any]:
        """Tasks as DescribeTasks has them."""
        arns = self.ecs.list_tasks(cluster=self.cluster, **filters)["taskArns"]
        if not arns:
            return []
        return list(self.ecs.describe_tasks(cluster=self.cluster, tasks=arns)["tasks"])

    def container_instances(self) -> list[Any]:
        """Container instances as DescribeContainerInstances has them."""
        arns = self.ecs.list_container_instances(cluster=self.cluster)["containerInstanceArns"]
        if not arns:
            return []
        answer = self.ecs.describe_container_instances(
            cluster=self.cluster, containerInstances=arns
        )
        return list(answer["containerInstances"])

    def health(self) -> list[Any]:
        """Targets as DescribeTargetHealth has them."""
        answer = self.aws("elbv2").describe_target_health(TargetGroupArn=self.target)
        return list(answer["TargetHealthDescriptions"])

    def logged(self) -> dict[str, list[str]]:
        """Stream -> its lines."""
        logs = self.aws("logs")
        streams = logs.describe_log_streams(logGroupName=self.log_group)["logStreams"]
        return {
            one["logStreamName"]: [
                event["message"]
                for event in logs.get_log_events(
                    logGroupName=self.log_group, logStreamName=one["logStreamName"]
                )["events"]
            ]
            for one in streams
        }


def shown(what: Any) -> str:
    """What is looked at when a test fails."""
    return json.dumps(what, indent=1, default=str)
