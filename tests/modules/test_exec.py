"""What `[service] exec` makes, and that nothing of it is there without."""

import json
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]


def parts(stack: Json) -> tuple[Json, Json, Json]:
    """Service, cluster and the mounts in memory of the container."""
    resources = stack["resource"]
    [service] = resources["aws_ecs_service"].values()
    [cluster] = resources["aws_ecs_cluster"].values()
    [task] = resources["aws_ecs_task_definition"].values()
    [container] = json.loads(task["container_definitions"])
    mounts = container["linuxParameters"].get("tmpfs", [])
    return service, cluster, {mount["containerPath"]: mount["size"] for mount in mounts}


def test_it_is_off_unless_it_is_asked_for(composed: Callable[[str], Json]) -> None:
    for name in ("local", "staging", "prod"):
        service, cluster, mounts = parts(composed(name))
        assert "enable_execute_command" not in service
        assert "configuration" not in cluster
        assert set(mounts) == {"/tmp"}  # noqa: S108 - in the container
        assert not any(
            key.endswith("exec_policy") for key in composed(name)["resource"]["aws_iam_role_policy"]
        )


def test_a_session_is_logged_and_the_task_may_hold_one(composed: Callable[[str], Json]) -> None:
    stack = composed("dev")
    service, cluster, mounts = parts(stack)
    assert service["enable_execute_command"] is True
    [command] = [cluster["configuration"]["execute_command_configuration"]]
    assert command["logging"] == "OVERRIDE"
    name = "cluster_exec_log_group"
    group = stack["resource"]["aws_cloudwatch_log_group"][name]
    assert group["name"] == "/shop/dev/exec"
    logs = command["log_configuration"]
    assert logs["cloud_watch_log_group_name"] == f"${{aws_cloudwatch_log_group.{name}.name}}"
    assert mounts == {"/tmp": 64, "/var/lib/amazon/ssm": 16}  # noqa: S108 - in the container
    policy = stack["resource"]["aws_iam_role_policy"]["service_exec_policy"]
    assert policy["role"] == "${aws_iam_role.service_task_role.id}"
    channels, groups, streams = json.loads(policy["policy"])["Statement"]
    assert channels["Action"] == [
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
    ]
    assert groups["Action"] == "logs:DescribeLogGroups"
    assert streams["Resource"] == f"${{aws_cloudwatch_log_group.{name}.arn}}:*"


def test_a_writable_container_needs_no_mount(vary: Callable[..., Json]) -> None:
    changes = {"exec": True, "readonly_root_filesystem": False}
    assert parts(vary(service=changes))[2] == {}
