"""ECS refuses names, what does not exist, and what is in use."""

from typing import Any

import pytest

from tests.emulator.ecs.shop import Shop
from tests.emulator.refusals.world import ACCOUNT, REGION, Aws, account, name, refuses

pytestmark = pytest.mark.emulator


def service(aws: Aws, **more: Any) -> Any:
    """Make a service; gives its cluster and name."""
    wanted = {
        "cluster": more.pop("cluster", None) or aws.cluster(),
        "serviceName": name("service"),
        "taskDefinition": more.pop("taskDefinition", None) or aws.task(),
        "desiredCount": 0,
        **more,
    }
    aws("ecs").create_service(**wanted)
    return wanted


def balanced(arn: str, container: str = "api", port: int = 3000) -> list[dict[str, Any]]:
    return [{"targetGroupArn": arn, "containerName": container, "containerPort": port}]


def strategy(provider: str) -> list[dict[str, Any]]:
    return [{"capacityProvider": provider, "base": 1, "weight": 100}]


@pytest.mark.parametrize("given", ["ecs-shop", "aws", "Fargate-x", "a b", "x" * 256])
def test_reserved_capacity_provider_name(aws: Aws, given: str) -> None:
    aws.cluster()
    with refuses("ClientException", "The specified capacity provider name is invalid."):
        aws("ecs").create_capacity_provider(
            name=given, autoScalingGroupProvider={"autoScalingGroupArn": aws.group()}
        )


def test_capacity_provider_without_service_linked_role(aws: Aws) -> None:
    """The role comes with the first cluster, unless whoever makes that may not."""
    ecs, iam, group = aws("ecs"), aws("iam"), aws.group()
    wanted = {"name": name(), "autoScalingGroupProvider": {"autoScalingGroupArn": group}}
    if any(one["RoleName"] == "AWSServiceRoleForECS" for one in iam.list_roles()["Roles"]):
        iam.delete_service_linked_role(RoleName="AWSServiceRoleForECS")
    account(aws.url, may_make_roles=False)
    try:
        aws.cluster()
        with refuses("ClientException", "ECS Service Linked Role does not exist."):
            ecs.create_capacity_provider(**wanted)
    finally:
        account(aws.url, may_make_roles=True)
    aws.cluster()
    ecs.create_capacity_provider(**wanted)


def test_capacity_provider_of_unknown_group(aws: Aws) -> None:
    arn = f"arn:aws:autoscaling:{REGION}:{ACCOUNT}:autoScalingGroup:x:autoScalingGroupName/none"
    aws.cluster()
    with refuses("ClientException", "Auto Scaling group does not exist"):
        aws("ecs").create_capacity_provider(
            name=name(), autoScalingGroupProvider={"autoScalingGroupArn": arn}
        )


def test_termination_protection_of_unprotected_group(aws: Aws) -> None:
    aws.cluster()
    wanted = {"managedTerminationProtection": "ENABLED"}
    with refuses("ClientException", "must have instance protection from scale in enabled"):
        aws("ecs").create_capacity_provider(
            name=name(), autoScalingGroupProvider={**wanted, "autoScalingGroupArn": aws.group()}
        )
    group = aws.group(NewInstancesProtectedFromScaleIn=True)
    aws("ecs").create_capacity_provider(
        name=name(), autoScalingGroupProvider={**wanted, "autoScalingGroupArn": group}
    )


def test_group_of_another_capacity_provider(aws: Aws) -> None:
    aws.cluster()
    wanted = {"autoScalingGroupArn": aws.group()}
    aws("ecs").create_capacity_provider(name=name(), autoScalingGroupProvider=dict(wanted))
    with refuses("ClientException", "already being used by another capacity provider"):
        aws("ecs").create_capacity_provider(name=name(), autoScalingGroupProvider=dict(wanted))


def test_unknown_capacity_provider_of_cluster(aws: Aws) -> None:
    cluster = aws.cluster()
    with refuses("InvalidParameterException", "The specified capacity provider was not found."):
        aws("ecs").put_cluster_capacity_providers(
            cluster=cluster, capacityProviders=["none"], defaultCapacityProviderStrategy=[]
        )
    aws("ecs").put_cluster_capacity_providers(
        cluster=cluster, capacityProviders=["FARGATE"], defaultCapacityProviderStrategy=[]
    )


def test_capacity_provider_of_a_service(aws: Aws) -> None:
    """It leaves the cluster after the service, and not before."""
    ecs, cluster = aws("ecs"), aws.cluster()
    made = service(aws, cluster=cluster, capacityProviderStrategy=strategy(aws.provider(cluster)))
    nothing: dict[str, Any] = {
        "cluster": cluster, "capacityProviders": [], "defaultCapacityProviderStrategy": [],
    }  # fmt: skip
    with refuses("ResourceInUseException", "is in use and cannot be removed"):
        ecs.put_cluster_capacity_providers(**nothing)
    ecs.delete_service(cluster=cluster, service=made["serviceName"])
    ecs.put_cluster_capacity_providers(**nothing)


def test_cluster_with_services(aws: Aws) -> None:
    made = service(aws)
    with refuses("ClusterContainsServicesException", "while Services are active"):
        aws("ecs").delete_cluster(cluster=made["cluster"])
    aws("ecs").delete_service(cluster=made["cluster"], service=made["serviceName"])
    aws("ecs").delete_cluster(cluster=made["cluster"])


def test_cluster_with_instances(aws: Aws) -> None:
    """Instances that were told the cluster's name are in it until their group lets them go."""
    shop = Shop(aws.url)
    shop.instances()
    shop.step(60)
    with refuses("ClusterContainsContainerInstancesException", "are active or draining"):
        aws("ecs").delete_cluster(cluster=shop.cluster)
    aws("autoscaling").delete_auto_scaling_group(AutoScalingGroupName=shop.group, ForceDelete=True)
    aws("ecs").delete_cluster(cluster=shop.cluster)


def test_cluster_with_tasks(aws: Aws) -> None:
    """A task that waits for an instance is one, too."""
    shop = Shop(aws.url)
    shop.instances(MinSize=0, MaxSize=1)
    task = aws("ecs").run_task(cluster=shop.cluster, taskDefinition=aws.task())["tasks"][0]
    with refuses("ClusterContainsTasksException", "while Tasks are active"):
        aws("ecs").delete_cluster(cluster=shop.cluster)
    aws("ecs").stop_task(cluster=shop.cluster, task=task["taskArn"])
    shop.step(60)
    aws("ecs").delete_cluster(cluster=shop.cluster)


def test_inactive_cluster(aws: Aws) -> None:
    cluster = aws.cluster()
    aws("ecs").delete_cluster(cluster=cluster)
    with refuses("ClusterNotFoundException", "Cluster not found."):
        service(aws, cluster=cluster)


def test_service_of_that_name(aws: Aws) -> None:
    made = service(aws)
    with refuses("InvalidParameterException", "Creation of service was not idempotent."):
        aws("ecs").create_service(**made)


@pytest.mark.parametrize("call", ["create", "update"])
def test_inactive_task_definition(aws: Aws, call: str) -> None:
    task, made = aws.task(), service(aws)
    aws("ecs").deregister_task_definition(taskDefinition=task)
    with refuses("ClientException", "TaskDefinition is inactive"):
        if call == "create":
            service(aws, taskDefinition=task)
        else:
            aws("ecs").update_service(
                cluster=made["cluster"], service=made["serviceName"], taskDefinition=task
            )


def test_capacity_provider_that_the_cluster_has_not(aws: Aws) -> None:
    other = aws.provider(aws.cluster())
    for provider in ("none", other):
        with refuses("InvalidParameterException", "not associated with the cluster"):
            service(aws, capacityProviderStrategy=strategy(provider))


def test_launch_type_beside_a_strategy(aws: Aws) -> None:
    cluster = aws.cluster()
    provider = aws.provider(cluster)
    with refuses("InvalidParameterException", "both a launch type and capacity provider strategy"):
        service(
            aws,
            cluster=cluster,
            launchType="EC2",
            capacityProviderStrategy=strategy(provider),
        )


def test_unknown_target_group(aws: Aws) -> None:
    arn = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/none/0123456789abcdef"
    with refuses("InvalidParameterException", "Unable to assume role and validate"):
        service(aws, loadBalancers=balanced(arn))


def test_target_group_of_no_load_balancer(aws: Aws) -> None:
    with refuses("InvalidParameterException", "does not have an associated load balancer."):
        service(aws, loadBalancers=balanced(aws.target(listened=False)))


def test_unknown_container(aws: Aws) -> None:
    with refuses("InvalidParameterException", "The container web does not exist in the task"):
        service(aws, loadBalancers=balanced(aws.target(), container="web"))


def test_port_that_the_container_has_not(aws: Aws) -> None:
    with refuses("InvalidParameterException", "did not have a container port 80 defined"):
        service(aws, loadBalancers=balanced(aws.target(), port=80))
    service(aws, loadBalancers=balanced(aws.target()))


def test_a_service_gets_another_target_group(aws: Aws) -> None:
    made, target = service(aws), aws.target()
    named = {"cluster": made["cluster"], "service": made["serviceName"]}
    arn = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/none/0123456789abcdef"
    with refuses("InvalidParameterException", "Unable to assume role and validate"):
        aws("ecs").update_service(**named, loadBalancers=balanced(arn))
    with refuses("InvalidParameterException", "does not have an associated load balancer."):
        aws("ecs").update_service(**named, loadBalancers=balanced(aws.target(listened=False)))
    for wanted in (balanced(target), []):
        answer = aws("ecs").update_service(**named, loadBalancers=wanted)
        assert answer["service"]["loadBalancers"] == wanted


def test_grace_period_without_load_balancer(aws: Aws) -> None:
    with refuses("InvalidParameterException", "Health check grace period is only valid"):
        service(aws, healthCheckGracePeriodSeconds=30)


def test_inactive_service(aws: Aws) -> None:
    made = service(aws)
    named = {"cluster": made["cluster"], "service": made["serviceName"]}
    aws("ecs").delete_service(**named)
    with refuses("ServiceNotActiveException", "Service was not ACTIVE."):
        aws("ecs").update_service(**named, desiredCount=1)


@pytest.mark.parametrize("member", ["taskRoleArn", "executionRoleArn"])
def test_role_that_does_not_exist(aws: Aws, member: str) -> None:
    container = {"name": "api", "image": "api", "memory": 128}
    wanted = {"family": name(), "containerDefinitions": [container]}
    with refuses("ClientException", "Role is not valid"):
        aws("ecs").register_task_definition(
            **wanted, **{member: f"arn:aws:iam::{ACCOUNT}:role/none"}
        )
    aws("ecs").register_task_definition(**wanted, **{member: aws.role()})


def namespace(aws: Aws) -> tuple[str, str]:
    """The ARN and the id of a namespace of its own."""
    cloud_map = aws("servicediscovery")
    operation = cloud_map.create_http_namespace(Name=name("inside"))["OperationId"]
    id_ = cloud_map.get_operation(OperationId=operation)["Operation"]["Targets"]["NAMESPACE"]
    return cloud_map.get_namespace(Id=id_)["Namespace"]["Arn"], id_


def server(aws: Aws, port_name: str = "stock", **more: Any) -> str:
    """A task definition with a port of that name, and memory for a proxy unless `more` has none."""
    port = {"name": port_name, "containerPort": 3001, "hostPort": 0}
    wanted = {"family": name("task"), "memory": "192", **more, "containerDefinitions": [
        {"name": "api", "image": "a", "memory": 128, "portMappings": [port]}
    ]}  # fmt: skip
    given = {key: value for key, value in wanted.items() if value}
    return str(aws("ecs").register_task_definition(**given)["taskDefinition"]["taskDefinitionArn"])


def connected(arn: str, *names: str) -> dict[str, Any]:
    services = [{"portName": one, "clientAliases": [{"port": 3001}]} for one in names]
    return {"serviceConnectConfiguration": {
        "enabled": True, "namespace": arn, **({"services": services} if services else {})
    }}  # fmt: skip


def test_unknown_namespace(aws: Aws) -> None:
    arn, _ = namespace(aws)
    task = server(aws)
    with refuses("NamespaceNotFoundException", "was not found"):
        service(aws, taskDefinition=task, **connected(f"{arn}x", "stock"))
    made = service(aws, taskDefinition=task, **connected(arn, "stock"))
    with refuses("NamespaceNotFoundException", "was not found"):
        aws("ecs").update_service(
            cluster=made["cluster"], service=made["serviceName"], **connected("nowhere", "stock")
        )
    (found,) = aws("ecs").describe_services(
        cluster=made["cluster"], services=[made["serviceName"]]
    )["services"]
    (deployment,) = found["deployments"]
    assert deployment["serviceConnectConfiguration"]["namespace"] == arn
    off = {"serviceConnectConfiguration": {"enabled": False}}
    service(aws, taskDefinition=server(aws, memory=None), **off)


def test_service_connect_that_is_switched_off_is_in_no_answer(aws: Aws) -> None:
    arn, _ = namespace(aws)
    made = service(aws, taskDefinition=server(aws), **connected(arn, "stock"))
    where = {"cluster": made["cluster"], "service": made["serviceName"]}
    aws("ecs").update_service(**where, serviceConnectConfiguration={"enabled": False})
    (found,) = aws("ecs").describe_services(
        cluster=made["cluster"], services=[made["serviceName"]]
    )["services"]
    newest = next(one for one in found["deployments"] if one["status"] == "PRIMARY")
    assert "serviceConnectConfiguration" not in newest


def test_connected_task_without_memory(aws: Aws) -> None:
    arn, _ = namespace(aws)
    with refuses("InvalidParameterException", "needs the memory limit of the task"):
        service(aws, taskDefinition=server(aws, memory=None), **connected(arn))
    service(aws, taskDefinition=server(aws), **connected(arn))


def test_port_name_that_the_task_has_not(aws: Aws) -> None:
    arn, _ = namespace(aws)
    task = server(aws)
    with refuses("InvalidParameterException", "The port name stok is not in the task definition"):
        service(aws, taskDefinition=task, **connected(arn, "stok"))
    made = service(aws, taskDefinition=task, **connected(arn, "stock"))
    with refuses("InvalidParameterException", "The port name stok is not in the task definition"):
        aws("ecs").update_service(
            cluster=made["cluster"], service=made["serviceName"], **connected(arn, "stok")
        )


def test_discovery_name_of_another_service(aws: Aws) -> None:
    arn, _ = namespace(aws)
    task = server(aws)
    service(aws, taskDefinition=task, **connected(arn, "stock"))
    with refuses("InvalidParameterException", "The discovery name stock is in use"):
        service(aws, taskDefinition=task, **connected(arn, "stock"))
    other, _ = namespace(aws)
    service(aws, taskDefinition=task, **connected(other, "stock"))
