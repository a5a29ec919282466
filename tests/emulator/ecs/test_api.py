"""What is played, seen through AWS's API."""

import json
from typing import Any

import pytest

from strata.local import ecs as play
from tests.emulator.ecs.shop import Shop, shown
from tests.emulator.refusals.world import refuses

pytestmark = pytest.mark.emulator


def test_from_a_group_to_healthy_targets(shop: Shop) -> None:
    """Instances join, tasks start on them, targets get healthy, the group grows with what waits."""
    shop.instances()
    digest = shop.image("1", "good", "listening", "on 3000")
    made = shop.create(shop.revision("1"))
    assert (made["runningCount"], made["pendingCount"]) == (0, 3)
    assert made["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    shop.step(600)
    service = shop.service()
    [deployment] = service["deployments"]
    assert (service["runningCount"], service["pendingCount"]) == (3, 0), shown(service)
    assert deployment["rolloutState"] == "COMPLETED"
    assert service["events"][0]["message"] == "(service api) has reached a steady state."
    tasks = shop.tasks(serviceName="api")
    assert {one["lastStatus"] for one in tasks} == {"RUNNING"}
    assert {one["containers"][0]["imageDigest"] for one in tasks} == {digest}
    assert len(shop.container_instances()) == 3
    assert {one["availabilityZone"] for one in tasks} == {
        "eu-central-1a", "eu-central-1b", "eu-central-1c",
    }  # fmt: skip
    assert [one["TargetHealth"]["State"] for one in shop.health()] == ["healthy"] * 3
    assert all(lines == ["listening", "on 3000"] for lines in shop.logged().values())
    assert set(shop.logged()) == {f"api/api/{one['taskArn'].split('/')[-1]}" for one in tasks}


def test_the_instances_of_a_group_with_spot_join_as_well(shop: Shop) -> None:
    shop.instances(spot=True)
    shop.image("1")
    shop.create(shop.revision("1"))
    shop.step(600)
    assert shop.service()["runningCount"] == 3
    assert len(shop.container_instances()) == 3


def test_an_image_that_is_not_there_cannot_be_pulled(shop: Shop) -> None:
    shop.instances()
    shop.create(shop.revision("none"))
    shop.step(600)
    service = shop.service()
    assert service["runningCount"] == 0
    [deployment] = service["deployments"]
    assert (deployment["status"], deployment["rolloutState"]) == ("PRIMARY", "FAILED")
    assert deployment["rolloutStateReason"] == (
        "ECS deployment circuit breaker: tasks failed to start."
    )
    stopped = [
        one for one in shop.tasks(desiredStatus="STOPPED") if one["stopCode"] == "TaskFailedToStart"
    ]
    assert len(stopped) == 3
    assert stopped[0]["containers"][0]["reason"].startswith("CannotPullContainerError: ")


def test_it_is_taken_down_in_the_order_of_the_layers(shop: Shop) -> None:
    """The service drains, then the group's instances leave, then the cluster goes."""
    shop.instances()
    shop.image("1")
    shop.create(shop.revision("1"))
    shop.step(600)
    named = {"cluster": shop.cluster, "service": "api"}
    with refuses("InvalidParameterException", "while it is scaled above 0"):
        shop.ecs.delete_service(**named)
    shop.ecs.update_service(**named, desiredCount=0)
    assert shop.ecs.delete_service(**named)["service"]["status"] == "DRAINING"
    assert shop.ecs.list_services(cluster=shop.cluster)["serviceArns"] == []
    shop.step(600)
    assert shop.service()["status"] == "INACTIVE"
    shop.ecs.put_cluster_capacity_providers(
        cluster=shop.cluster, capacityProviders=[], defaultCapacityProviderStrategy=[]
    )
    shop.ecs.delete_capacity_provider(capacityProvider=shop.provider)
    with refuses("ClusterContainsContainerInstancesException"):
        shop.ecs.delete_cluster(cluster=shop.cluster)
    shop.aws("autoscaling").delete_auto_scaling_group(
        AutoScalingGroupName=shop.group, ForceDelete=True
    )
    assert shop.container_instances() == []
    assert shop.ecs.delete_cluster(cluster=shop.cluster)["cluster"]["status"] == "INACTIVE"


def steady(shop: Shop, **more: Any) -> Any:
    """A service of three tasks that has become steady; gives its answer."""
    shop.instances()
    shop.image("1")
    shop.create(shop.revision("1"), **more)
    shop.step(600)
    found = shop.service()
    assert found["deployments"][0]["rolloutState"] == "COMPLETED", shown(found)
    return found


def test_a_crash_is_rolled_back_and_said_by_every_answer(shop: Shop) -> None:
    before = steady(shop)
    shop.image("2", "exit:7")
    second = shop.revision("2")
    answer = shop.ecs.update_service(cluster=shop.cluster, service="api", taskDefinition=second)
    new, old = answer["service"]["deployments"]
    assert (new["status"], new["taskDefinition"], new["rolloutState"]) == (
        "PRIMARY", second, "IN_PROGRESS",
    )  # fmt: skip
    assert (old["status"], old["taskDefinition"]) == ("ACTIVE", before["taskDefinition"])
    seen = []
    for _ in range(100):
        shop.step(5)
        seen += [
            (one["taskDefinition"], one["rolloutState"], one["rolloutStateReason"])
            for one in shop.service()["deployments"]
        ]
    broken = "ECS deployment circuit breaker: tasks failed to start."
    back = f"ECS deployment circuit breaker: rolling back to deploymentId {old['id']}."
    assert (second, "FAILED", broken) in seen
    assert (before["taskDefinition"], "IN_PROGRESS", back) in seen
    after = shop.service()
    assert after["taskDefinition"] == before["taskDefinition"]
    assert [one["rolloutState"] for one in after["deployments"]] == ["COMPLETED"]
    assert (after["runningCount"], after["desiredCount"]) == (3, 3)
    crashed = [
        one
        for one in shop.tasks(desiredStatus="STOPPED")
        if one["stopCode"] == "EssentialContainerExited"
    ]
    assert {one["containers"][0]["exitCode"] for one in crashed} == {7}
    # Two crash at once: the breaker counts to three, and looks at both.
    assert len(crashed) in (3, 4)


def test_a_forced_deployment_and_a_second_update_are_deployments_of_their_own(shop: Shop) -> None:
    before = steady(shop)
    named = {"cluster": shop.cluster, "service": "api"}
    answer = shop.ecs.update_service(**named, forceNewDeployment=True)["service"]
    assert len(answer["deployments"]) == 2
    assert answer["taskDefinition"] == before["taskDefinition"]
    shop.image("2")
    answer = shop.ecs.update_service(**named, taskDefinition=shop.revision("2"))["service"]
    assert [one["status"] for one in answer["deployments"]] == ["PRIMARY", "ACTIVE", "ACTIVE"]
    shop.step(900)
    [deployment] = shop.service()["deployments"]
    assert deployment["id"] == answer["deployments"][0]["id"]
    answer = shop.ecs.update_service(**named, desiredCount=2)["service"]
    assert [one["id"] for one in answer["deployments"]] == [deployment["id"]]
    assert answer["desiredCount"] == 2


def test_targets_say_why_they_are_not_healthy(shop: Shop) -> None:
    shop.instances()
    shop.image("1", "unhealthy")
    shop.create(shop.revision("1"), desiredCount=1)
    seen = []
    for _ in range(150):
        shop.step(1)
        seen += [tuple(one["TargetHealth"].items()) for one in shop.health()]
    registered = ("Elb.RegistrationInProgress", "Target registration is in progress")
    checking = ("Elb.InitialHealthChecking", "Initial health checks in progress")
    failed = ("Target.ResponseCodeMismatch", "Health checks failed with these codes: [502]")
    draining = ("Target.DeregistrationInProgress", "Target deregistration is in progress")
    expected = [
        ("initial", registered),
        ("initial", checking),
        ("unhealthy", failed),
        ("draining", draining),
    ]
    assert list(dict.fromkeys(seen)) == [
        (("State", state), ("Reason", reason), ("Description", description))
        for state, (reason, description) in expected
    ]
    elb = shop.aws("elbv2")
    [target, *_] = [one["Target"] for one in shop.health()]
    asked = elb.describe_target_health(TargetGroupArn=shop.target, Targets=[target])
    assert [one["Target"] for one in asked["TargetHealthDescriptions"]] == [target]
    unknown = {"Id": "i-00000000000000000", "Port": 80}
    asked = elb.describe_target_health(TargetGroupArn=shop.target, Targets=[unknown])
    assert asked["TargetHealthDescriptions"][0]["TargetHealth"]["State"] == "unused"


def test_a_task_runs_by_itself_with_what_overrides_it(shop: Shop) -> None:
    shop.instances()
    shop.image("job", "exit:0:30", "done")
    revision = shop.revision("job")
    shop.step(60)
    overrides = {
        "containerOverrides": [
            {"name": "api", "command": ["migrate"], "environment": [{"name": "A", "value": "b"}],
             "cpu": 128, "memory": 256}
        ]
    }  # fmt: skip
    wanted = {"cluster": shop.cluster, "taskDefinition": revision, "overrides": overrides}
    answer = shop.ecs.run_task(**wanted, startedBy="strata", enableExecuteCommand=True)
    [task] = answer["tasks"]
    assert (task["group"], task["startedBy"]) == (f"family:{shop.family}", "strata")
    assert (task["cpu"], task["memory"]) == ("128", "256")
    assert task["overrides"] == overrides
    named = {"cluster": shop.cluster, "task": task["taskArn"]}
    command = {**named, "command": "sh", "interactive": True}
    with refuses("InvalidParameterException", "execute command was not enabled"):
        shop.ecs.execute_command(**command)
    shop.step(10)
    assert shop.ecs.execute_command(**command)["session"]["streamUrl"].startswith("wss://")
    shop.step(60)
    [task] = shop.tasks(desiredStatus="STOPPED", family=shop.family)
    assert (task["lastStatus"], task["containers"][0]["exitCode"]) == ("STOPPED", 0)
    assert list(shop.logged().values()) == [["done"]]
    assert shop.tasks(startedBy="strata") == []
    assert len(shop.tasks(startedBy="strata", desiredStatus="STOPPED")) == 1
    with refuses("InvalidParameterException", "is not a container in the TaskDefinition"):
        shop.ecs.run_task(**{**wanted, "overrides": {"containerOverrides": [{"name": "x"}]}})


def test_a_task_that_fits_nowhere_waits_for_its_provider_or_fails(shop: Shop) -> None:
    shop.instances()
    shop.image("1")
    big = shop.revision("1", memory=8000)
    named = {"cluster": shop.cluster, "taskDefinition": big}
    shop.step(60)
    [task] = shop.ecs.run_task(**named)["tasks"]
    assert task["lastStatus"] == "PROVISIONING"
    answer = shop.ecs.run_task(**named, launchType="EC2")
    assert answer["tasks"] == []
    assert [one["reason"] for one in answer["failures"]] == ["RESOURCE:MEMORY"]
    empty = shop.aws.cluster()
    with refuses("InvalidParameterException", "No Container Instances were found"):
        shop.ecs.run_task(**{**named, "cluster": empty}, launchType="EC2")


def test_tasks_are_found_by_what_they_are_and_stopped(shop: Shop) -> None:
    steady(shop)
    [first, *_] = shop.tasks(serviceName="api")
    assert len(shop.tasks(family=shop.family)) == 3
    assert shop.tasks(family="other") == []
    assert len(shop.tasks(containerInstance=first["containerInstanceArn"])) == 1
    named = {"cluster": shop.cluster, "task": first["taskArn"]}
    stopped = shop.ecs.stop_task(**named, reason="by hand")["task"]
    assert (stopped["desiredStatus"], stopped["lastStatus"]) == ("STOPPED", "DEACTIVATING")
    assert (stopped["stopCode"], stopped["stoppedReason"]) == ("UserInitiated", "by hand")
    shop.step(900)
    assert len(shop.tasks(serviceName="api")) == 3
    with refuses("InvalidParameterException", "The referenced task was not found."):
        shop.ecs.stop_task(cluster=shop.cluster, task="0" * 32)
    answer = shop.ecs.describe_tasks(cluster=shop.cluster, tasks=["0" * 32])
    assert [one["reason"] for one in answer["failures"]] == ["MISSING"]
    with refuses("ServiceNotFoundException"):
        shop.tasks(serviceName="none")


def test_an_instance_says_what_is_left_of_it(shop: Shop) -> None:
    """A t3.micro of 1024 MiB and 2 vCPUs, of which the agent keeps 32 MiB."""
    steady(shop)
    [first, *_] = shop.container_instances()
    numbers = {
        kind: {one["name"]: one["integerValue"] for one in first[kind] if one["type"] == "INTEGER"}
        for kind in ("registeredResources", "remainingResources")
    }
    assert numbers["registeredResources"] == {"CPU": 2048, "MEMORY": 1024 - 64 - 51 - 32}
    assert numbers["remainingResources"] == {"CPU": 1536, "MEMORY": 1024 - 64 - 51 - 32 - 512}
    attributes = {one["name"]: one.get("value") for one in first["attributes"]}
    assert attributes["ecs.instance-type"] == "t3.micro"
    assert attributes["ecs.os-type"] == "linux"
    assert attributes["ecs.cpu-architecture"] == "x86_64"
    assert attributes["ecs.availability-zone"].startswith("eu-central-1")
    assert (first["agentConnected"], first["runningTasksCount"]) == (True, 1)
    assert first["capacityProviderName"] == shop.provider
    [cluster] = shop.ecs.describe_clusters(clusters=[shop.cluster])["clusters"]
    assert (cluster["registeredContainerInstancesCount"], cluster["runningTasksCount"]) == (3, 3)


def test_a_dead_agent_keeps_the_cluster_until_its_instance_is_deregistered(shop: Shop) -> None:
    steady(shop, desiredCount=1)
    [instance] = shop.container_instances()
    play.control(shop.url, agents={instance["ec2InstanceId"]: False})
    assert shop.container_instances()[0]["agentConnected"] is False
    shop.ecs.delete_service(cluster=shop.cluster, service="api", force=True)
    shop.aws("autoscaling").delete_auto_scaling_group(
        AutoScalingGroupName=shop.group, ForceDelete=True
    )
    shop.step(3600)
    with refuses("ClusterContainsContainerInstancesException"):
        shop.ecs.delete_cluster(cluster=shop.cluster)
    named = {"cluster": shop.cluster, "containerInstance": instance["containerInstanceArn"]}
    shop.ecs.deregister_container_instance(**named, force=True)
    shop.ecs.delete_cluster(cluster=shop.cluster)


def test_an_instance_with_tasks_is_deregistered_by_force_only(shop: Shop) -> None:
    steady(shop, desiredCount=1)
    [instance] = shop.container_instances()
    named = {"cluster": shop.cluster, "containerInstance": instance["containerInstanceArn"]}
    with refuses("InvalidParameterException", "Found running tasks on the instance."):
        shop.ecs.deregister_container_instance(**named)
    shop.ecs.deregister_container_instance(**named, force=True)
    assert shop.container_instances() == []


def test_a_draining_instance_gives_its_tasks_away(shop: Shop) -> None:
    steady(shop)
    [first, *_] = shop.container_instances()
    arn = first["containerInstanceArn"]
    named = {"cluster": shop.cluster, "containerInstances": [arn]}
    answer = shop.ecs.update_container_instances_state(**named, status="DRAINING")
    assert [one["status"] for one in answer["containerInstances"]] == ["DRAINING"]
    shop.step(900)
    found = {one["containerInstanceArn"]: one for one in shop.container_instances()}
    assert (found[arn]["status"], found[arn]["runningTasksCount"]) == ("DRAINING", 0)
    assert shop.service()["runningCount"] == 3
    listed = shop.ecs.list_container_instances(cluster=shop.cluster, status="DRAINING")
    assert listed["containerInstanceArns"] == [arn]


def test_the_load_of_a_service_moves_its_count_within_the_bounds(shop: Shop) -> None:
    steady(shop)
    name = f"service/{shop.cluster}/api"
    named = {
        "ServiceNamespace": "ecs",
        "ResourceId": name,
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    scaling = shop.aws("application-autoscaling")
    scaling.register_scalable_target(**named, MinCapacity=2, MaxCapacity=4)
    metric = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}
    scaling.put_scaling_policy(
        **named,
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 50.0, "PredefinedMetricSpecification": metric, "ScaleOutCooldown": 60,
        },
    )  # fmt: skip
    play.control(shop.url, load={f"{shop.cluster}/api": {"cpu": 90}})
    shop.step(600)
    found = shop.service()
    assert (found["desiredCount"], found["runningCount"]) == (4, 4)
    groups = shop.aws("autoscaling").describe_auto_scaling_groups(
        AutoScalingGroupNames=[shop.group]
    )["AutoScalingGroups"]
    assert groups[0]["DesiredCapacity"] == 4
    play.control(shop.url, load={f"{shop.cluster}/api": {"cpu": 5}})
    shop.step(1800)
    assert shop.service()["desiredCount"] == 2


def test_the_messages_for_each_task_move_the_count_of_a_service(shop: Shop) -> None:
    steady(shop)
    named = {
        "ServiceNamespace": "ecs",
        "ResourceId": f"service/{shop.cluster}/api",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    scaling = shop.aws("application-autoscaling")
    scaling.register_scalable_target(**named, MinCapacity=2, MaxCapacity=8)
    visible = {"Namespace": "AWS/SQS", "MetricName": "ApproximateNumberOfMessagesVisible",
               "Dimensions": [{"Name": "QueueName", "Value": "mails"}]}  # fmt: skip
    sampled = {"Namespace": "AWS/ECS", "MetricName": "CPUUtilization"}
    queries = [
        {"Id": "messages", "MetricStat": {"Metric": visible, "Stat": "Sum"}, "ReturnData": False},
        {"Id": "tasks", "MetricStat": {"Metric": sampled, "Stat": "SampleCount"},
         "ReturnData": False},
        {"Id": "backlog", "Expression": "messages / tasks"},
    ]  # fmt: skip
    scaling.put_scaling_policy(
        **named,
        PolicyName="backlog",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 10.0, "CustomizedMetricSpecification": {"Metrics": queries},
            "ScaleOutCooldown": 60,
        },
    )  # fmt: skip
    # Twenty for each of three tasks is twice as many as there should be.
    play.control(shop.url, load={f"{shop.cluster}/api": {"backlog": 20}})
    shop.step(200)
    assert shop.service()["desiredCount"] == 6
    play.control(shop.url, load={f"{shop.cluster}/api": {"backlog": 0}})
    shop.step(1800)
    assert shop.service()["desiredCount"] == 2


def test_a_secret_that_is_not_there_stops_the_tasks(shop: Shop) -> None:
    shop.instances()
    shop.image("1")
    arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:none-AbCdEf"
    keyed = shop.aws("secretsmanager").create_secret(Name=shop.family, SecretString='{"a": "b"}')
    shop.create(shop.revision("1", secrets=[{"name": "A", "valueFrom": arn}]))
    shop.step(600)
    stopped = shop.tasks(desiredStatus="STOPPED")
    assert "ResourceInitializationError: unable to pull secrets" in stopped[0]["stoppedReason"]
    named = {"cluster": shop.cluster, "service": "api"}
    wrong = shop.revision("1", secrets=[{"name": "A", "valueFrom": f"{keyed['ARN']}:c::"}])
    shop.ecs.update_service(**named, taskDefinition=wrong)
    shop.step(600)
    reasons = {one["stoppedReason"] for one in shop.tasks(desiredStatus="STOPPED")}
    assert any("did not contain json key c" in one for one in reasons)
    right = shop.revision("1", secrets=[{"name": "A", "valueFrom": f"{keyed['ARN']}:a::"}])
    shop.ecs.update_service(**named, taskDefinition=right)
    shop.step(600)
    assert shop.service()["runningCount"] == 3


def test_deployments_of_a_service_are_listed_with_what_became_of_them(shop: Shop) -> None:
    steady(shop)
    named = {"cluster": shop.cluster, "service": "api"}
    shop.image("2", "exit:1")
    bad = shop.revision("2")
    shop.ecs.update_service(**named, taskDefinition=bad)
    going, _ = shop.ecs.list_service_deployments(**named)["serviceDeployments"]
    assert going["status"] == "IN_PROGRESS"
    shop.step(900)
    found = shop.ecs.list_service_deployments(**named)["serviceDeployments"]
    assert [one["status"] for one in found] == ["ROLLBACK_SUCCESSFUL", "SUCCESSFUL"]
    arns = [one["serviceDeploymentArn"] for one in found]
    answer = shop.ecs.describe_service_deployments(serviceDeploymentArns=[*arns, f"{arns[0]}9"])
    breaker = answer["serviceDeployments"][0]["deploymentCircuitBreaker"]
    assert (breaker["status"], breaker["threshold"]) == ("TRIGGERED", 3)
    assert [one["reason"] for one in answer["failures"]] == ["MISSING"]
    revisions = [one["targetServiceRevisionArn"] for one in found]
    answer = shop.ecs.describe_service_revisions(serviceRevisionArns=revisions)
    assert answer["serviceRevisions"][0]["taskDefinition"] == bad
    only = shop.ecs.list_service_deployments(**named, status=["SUCCESSFUL"])["serviceDeployments"]
    assert [one["serviceDeploymentArn"] for one in only] == arns[1:]


def test_a_running_task_keeps_the_version_of_a_secret_that_it_started_with(shop: Shop) -> None:
    shop.instances()
    shop.image("1")
    secrets = shop.aws("secretsmanager")
    secret = secrets.create_secret(Name=shop.family, SecretString='{"password": "first"}')
    value = f"{secret['ARN']}:password::"
    revision = shop.revision("1", secrets=[{"name": "DB_PASSWORD", "valueFrom": value}])
    shop.create(revision, desiredCount=1)
    shop.step(300)

    def held() -> dict[str, str]:
        [task] = shop.tasks(serviceName="api")
        found = play.control(shop.url)["tasks"][task["taskArn"].rpartition("/")[2]]
        return dict(found["api"])

    assert held() == {"DB_PASSWORD": secret["VersionId"]}
    after = secrets.put_secret_value(SecretId=shop.family, SecretString='{"password": "second"}')
    shop.step(3600)
    assert held() == {"DB_PASSWORD": secret["VersionId"]}
    shop.ecs.update_service(cluster=shop.cluster, service="api", forceNewDeployment=True)
    shop.step(600)
    assert held() == {"DB_PASSWORD": after["VersionId"]}


def test_an_instance_registers_by_the_call_of_its_agent(shop: Shop) -> None:
    """As what is launched outside of every group does; deregistered, it stays out."""
    launched = shop.aws("ec2").run_instances(
        ImageId="ami-12c6146b", InstanceType="t3.micro", MinCount=1, MaxCount=1
    )["Instances"][0]["InstanceId"]
    document = json.dumps({"instanceId": launched})
    named = {"cluster": shop.cluster}
    answer = shop.ecs.register_container_instance(**named, instanceIdentityDocument=document)
    arn = answer["containerInstance"]["containerInstanceArn"]
    [found] = shop.container_instances()
    assert (found["containerInstanceArn"], found["ec2InstanceId"]) == (arn, launched)
    shop.ecs.deregister_container_instance(**named, containerInstance=arn)
    shop.step(120)
    assert shop.container_instances() == []
