"""The workers of `[services]`: what they build, and what gate, map, cost and reach make of them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from strata.cost.estimate import estimate
from strata.cost.prices import shipped
from strata.cost.resources import of_stack
from strata.documents.stacks import blocks, stack
from strata.map.write import drawn
from strata.reach.from_stack import from_stack
from strata.synthesis.synthesize import synthesize
from tests.composing import verdict
from tests.modules.test_alarms import EMAIL, with_alarms

Json = dict[str, Any]

WORKERS: Json = {
    "mail": {"command": ["node", "mail.js"], "memory_mib": 128, "cpu": 256},
    "order-queue": {"command": ["node", "orders.js"], "max_count": 3, "cpu_percent": 50},
}
HEALTH: Json = {"command": ["CMD", "node", "health.js"]}
JOBS: Json = {"report": {"command": ["node", "report.js"], "schedule": "rate(1 day)"}}
WORKING = with_alarms(
    "working", {"email": EMAIL}, services=WORKERS, jobs=JOBS, cluster={"max_size": 9},
    service={"health_check": HEALTH, "exec": True},
)  # fmt: skip
QUEUE = "arn:aws:sqs:eu-central-1:123456789012:mails.fifo"
QUEUED = with_alarms(
    "queued", {"email": EMAIL}, cluster={"max_size": 9},
    services={
        "mail": {**WORKERS["mail"], "max_count": 3, "queue": QUEUE, "messages_per_task": 20},
    },
)  # fmt: skip
MAIL = {
    kind: f"{kind}.service_worker_mail_{rest}"
    for kind, rest in (
        ("aws_ecs_service", "service"), ("aws_ecs_task_definition", "task_definition"),
        ("aws_ssm_parameter", "image"),
    )
}  # fmt: skip
API = "aws_ecs_service.service_service"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workers")
    synthesize([WORKING, QUEUED], folder)
    return folder


@pytest.fixture(scope="module")
def composed_workers(out: Path) -> Json:
    return dict(json.loads((out / "composed" / "working" / "cdk.tf.json").read_text()))


@pytest.fixture(scope="module")
def composed_queued(out: Path) -> Json:
    return dict(json.loads((out / "composed" / "queued" / "cdk.tf.json").read_text()))


@pytest.fixture(scope="module")
def resources(composed_workers: Json) -> dict[str, Json]:
    return blocks(composed_workers)


def containers(resources: dict[str, Json], address: str) -> list[Json]:
    return list(json.loads(resources[address]["container_definitions"]))


def test_a_worker_runs_the_image_with_its_own_command_and_sizes_and_no_port(
    resources: dict[str, Json],
) -> None:
    (api,) = containers(resources, "aws_ecs_task_definition.service_task_definition")
    (mail,) = containers(resources, MAIL["aws_ecs_task_definition"])
    assert mail["command"] == ["node", "mail.js"]
    assert (mail["cpu"], mail["memory"]) == (256, 128)
    assert mail["portMappings"] == []
    assert "healthCheck" in api and "healthCheck" not in mail
    assert mail["image"] == f"${{{MAIL['aws_ssm_parameter']}.insecure_value}}"
    assert mail["logConfiguration"]["options"]["awslogs-stream-prefix"] == "mail"
    same = ("environment", "secrets", "user", "readonlyRootFilesystem", "linuxParameters", "name")
    assert {key: mail[key] for key in same} == {key: api[key] for key in same}
    (orders,) = containers(
        resources, "aws_ecs_task_definition.service_worker_order_queue_task_definition"
    )
    assert (orders["cpu"], orders["memory"]) == (api["cpu"], api["memory"])


def test_it_has_the_roles_of_the_service_a_parameter_of_its_own_and_no_load_balancer(
    resources: dict[str, Json],
) -> None:
    task = resources[MAIL["aws_ecs_task_definition"]]
    assert task["execution_role_arn"] == "${aws_iam_role.service_execution_role.arn}"
    assert task["task_role_arn"] == "${aws_iam_role.service_task_role.arn}"
    assert (task["family"], task["track_latest"], task["skip_destroy"]) == (
        "shop-working-mail", True, True
    )  # fmt: skip
    service = resources[MAIL["aws_ecs_service"]]
    assert "load_balancer" not in service
    assert service["deployment_circuit_breaker"] == {"enable": True, "rollback": True}
    image = resources[MAIL["aws_ssm_parameter"]]
    assert image["name"] == "/shop/working/image-mail/1.0.0"
    assert image["lifecycle"] == {"ignore_changes": ["insecure_value"]}


def test_it_scales_by_its_cpu_where_it_has_a_most(resources: dict[str, Json]) -> None:
    target = resources["aws_appautoscaling_target.service_worker_order_queue_scaling_target"]
    assert (target["min_capacity"], target["max_capacity"]) == (1, 3)
    policy = resources["aws_appautoscaling_policy.service_worker_order_queue_target_tracking_cpu"]
    tracking = policy["target_tracking_scaling_policy_configuration"]
    assert tracking["target_value"] == 50
    orders = resources["aws_ecs_service.service_worker_order_queue_service"]
    assert orders["lifecycle"] == {"ignore_changes": ["desired_count"]}
    assert "lifecycle" not in resources[MAIL["aws_ecs_service"]]
    assert "aws_appautoscaling_target.service_worker_mail_scaling_target" not in resources


def test_it_scales_by_the_depth_of_its_queue_where_it_has_one(composed_queued: Json) -> None:
    made = blocks(composed_queued)
    policies = {address: body for address, body in made.items()
                if address.startswith("aws_appautoscaling_policy.service_worker_")}  # fmt: skip
    assert [*policies] == ["aws_appautoscaling_policy.service_worker_mail_target_tracking_backlog"]
    (policy,) = policies.values()
    assert policy["name"] == "shop-queued-mail-backlog"
    tracking = policy["target_tracking_scaling_policy_configuration"]
    assert tracking["target_value"] == 20
    assert "predefined_metric_specification" not in tracking
    metrics = {one["id"]: one for one in tracking["customized_metric_specification"]["metrics"]}

    def metric(of: str) -> tuple[str, str, str, dict[str, str]]:
        stat = metrics[of]["metric_stat"]
        dimensions = {one["name"]: one["value"] for one in stat["metric"]["dimensions"]}
        named = stat["metric"]
        return named["namespace"], named["metric_name"], stat["stat"], dimensions

    assert metric("messages") == (
        "AWS/SQS", "ApproximateNumberOfMessagesVisible", "Sum", {"QueueName": "mails.fifo"}
    )  # fmt: skip
    *of_tasks, dimensions = metric("tasks")
    assert of_tasks == ["AWS/ECS", "CPUUtilization", "SampleCount"]
    assert dimensions["ServiceName"] == "${aws_ecs_service.service_worker_mail_service.name}"
    assert metrics["backlog"]["expression"] == "messages / tasks"
    assert {id_: one["return_data"] for id_, one in metrics.items()} == {
        "messages": False, "tasks": False, "backlog": True
    }  # fmt: skip


def test_its_alarms_on_two_metrics_cost_twice_those_on_one(composed_queued: Json) -> None:
    cost = estimate(of_stack(stack(composed_queued)), QUEUED, shipped())
    tracking = {one.resource.partition(".")[2]: one.quantity.desired
                for one in cost.lines if one.what == "alarms of tracking"}  # fmt: skip
    assert tracking["service_worker_mail_target_tracking_backlog"] == 4
    assert tracking["service_target_tracking_cpu"] == 2


def test_a_new_password_deploys_each_service_after_the_other(resources: dict[str, Json]) -> None:
    machine = json.loads(resources["aws_sfn_state_machine.service_redeploy"]["definition"])
    states, at = machine["States"], machine["StartAt"]
    deployed = []
    while at:
        deployed.append(states[at]["Parameters"]["Service"])
        at = states[at].get("Next")
    assert deployed == [
        f"${{{address}.name}}"
        for address in (
            API, "aws_ecs_service.service_worker_mail_service",
            "aws_ecs_service.service_worker_order_queue_service",
        )
    ]  # fmt: skip
    policy = json.loads(resources["aws_iam_role_policy.service_redeploy_role_policy"]["policy"])
    assert len(policy["Statement"][0]["Resource"]) == 3


def test_a_failed_deployment_of_each_is_an_event(resources: dict[str, Json]) -> None:
    pattern = json.loads(resources["aws_cloudwatch_event_rule.alarms_deployment"]["event_pattern"])
    assert len(pattern["resources"]) == 3


def test_every_service_has_the_alarms_of_a_service(resources: dict[str, Json]) -> None:
    """CPU, memory, no running task and a failed deployment, of whatever services there are."""
    services = {body["name"]: address for address, body in resources.items()
                if address.startswith("aws_ecs_service.")}  # fmt: skip
    assert len(services) == 1 + len(WORKERS)
    alarms = [body for address, body in resources.items()
              if address.startswith("aws_cloudwatch_metric_alarm.")]  # fmt: skip
    pattern = json.loads(resources["aws_cloudwatch_event_rule.alarms_deployment"]["event_pattern"])
    for address in services.values():
        name = f"${{{address}.name}}"
        assert any(arn.endswith(f"/{name}") for arn in pattern["resources"]), address
        own = [one for one in alarms if one["dimensions"].get("ServiceName") == name]
        watched = {(one["metric_name"], one["statistic"]) for one in own}
        assert {("CPUUtilization", "Average"), ("MemoryUtilization", "Maximum")} <= watched
        if address == API:
            own = [one for one in alarms if one["metric_name"] == "HealthyHostCount"]
        else:
            own = [one for one in own if one["statistic"] == "SampleCount"]
        (none,) = own
        assert (none["comparison_operator"], none["threshold"], none["treat_missing_data"]) == (
            "LessThanThreshold", 1, "breaching"
        )  # fmt: skip
    names = [one["alarm_name"] for one in alarms]
    assert len(set(names)) == len(names)
    assert "shop-working-alarm-no-running-task-order-queue" in names
    widgets = json.loads(
        resources["aws_cloudwatch_dashboard.alarms_dashboard"]["dashboard_body"]
    )["widgets"]  # fmt: skip
    lines = {one["properties"]["title"]: len(one["properties"]["metrics"]) for one in widgets}
    assert (lines["service-cpu"], lines["service-memory"]) == (3, 3)
    assert (lines["no-running-task"], lines["no-running-task of services"]) == (1, 2)


def test_the_rest_is_as_without_them(resources: dict[str, Json], out: Path) -> None:
    without = with_alarms(
        "working", {"email": EMAIL}, jobs=JOBS, cluster={"max_size": 9},
        service={"health_check": HEALTH, "exec": True},
    )  # fmt: skip
    folder = out / "without"
    synthesize([without], folder)
    before = blocks(json.loads((folder / "composed" / "working" / "cdk.tf.json").read_text()))
    watches = ("service_cpu", "service_memory", "no_running_task")
    assert {one for one in resources if one not in before} == {
        one for one in resources if ".service_worker_" in one
    } | {
        f"aws_cloudwatch_metric_alarm.alarms_{watch}_{name}"
        for watch in watches for name in ("mail", "order_queue")
    }  # fmt: skip
    assert {one for one in before if resources[one] != before[one]} == {
        "aws_sfn_state_machine.service_redeploy",
        "aws_iam_role_policy.service_redeploy_role_policy",
        "aws_cloudwatch_event_rule.alarms_deployment",
        "aws_cloudwatch_dashboard.alarms_dashboard",
    }
    for layer in ("network", "registry", "database", "cache", "cluster", "edge"):
        file = f"stacks/working-{layer}/cdk.tf.json"
        assert (out / file).read_text() == (folder / file).read_text(), layer


def test_the_gate_finds_nothing_in_them(out: Path) -> None:
    report = verdict(out, WORKING, QUEUED)
    assert report.environments == ["queued", "working"]
    assert (report.findings, report.unjudged) == ([], [])


def test_who_reaches_the_tasks_is_as_without_them(
    composed_workers: Json, composed: Callable[[str], Json]
) -> None:
    def ports(document: Json) -> str:
        tasks = from_stack(stack(document)).endpoint("tasks")
        assert tasks is not None
        return str(tasks.host_ports)

    assert ports(composed_workers) == ports(composed("local"))


def test_the_picture_has_a_box_for_each(composed_workers: Json) -> None:
    system = drawn(stack(composed_workers), "shop-working").pictures[1]
    mail = system.node(MAIL["aws_ecs_service"])
    assert mail.title == "shop-working-mail"
    assert mail.lines == ("1 task", "256 CPU units, 128 MiB")
    orders = system.node("aws_ecs_service.service_worker_order_queue_service")
    assert orders.lines[0] == "1 task, scaled 1 to 3"
    assert system.node(API).lines[0].startswith("3 tasks, scaled")
    relations = {(edge.source, edge.target, edge.lines) for edge in system.edges}
    assert ("jobs", API, ("start tasks of",)) in relations
    assert ("jobs", mail.id, ("start tasks of",)) not in relations
    repository = "aws_ecr_repository.registry_repository"
    assert (mail.id, repository, ("pulls image",)) in relations


def test_their_tasks_cost_the_instances_that_they_need(composed_workers: Json) -> None:
    cost = estimate(of_stack(stack(composed_workers)), WORKING, shipped())
    assert [line for line in cost.not_priced if line.layer == "service"] == []
    (instances,) = [line for line in cost.lines if "ec2/t3.micro" in line.item]
    # 877 MiB and 2048 units: three instances with a task of 576 MiB and 1024 units each have room
    # for the 192 MiB of mail; orders takes a fourth, and the job a fifth for 30 of 730 hours.
    assert instances.quantity.desired == pytest.approx(4 * 730 + 30)
