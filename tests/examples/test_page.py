"""docs/your-container.md says what the synthesized task definition says."""

import re
from collections.abc import Callable
from typing import Any

from strata.settings.models import Edge, Service
from tests import ROOT

PAGE = (ROOT / "docs" / "your-container.md").read_text()

Json = dict[str, Any]


def test_its_table_has_every_variable_and_no_other(task: Json) -> None:
    rows = dict(re.findall(r"^\| `([A-Z_]+)` \| (.+) \|$", PAGE, re.M))
    secret = {name for name, text in rows.items() if text.startswith("secret")}
    assert secret == {one["name"] for one in task["secrets"]}
    assert rows.keys() - secret == {one["name"] for one in task["environment"]}


def test_its_values_are_those_of_the_task(task: Json) -> None:
    values = {one["name"]: one["value"] for one in task["environment"]}
    for name in ("DB_TYPE", "DB_PORT", "REDIS_PORT"):
        assert f"| `{name}` | `{values[name]}` |" in PAGE
    for name in ("DB_TLS", "REDIS_TLS"):
        assert values[name] == "true"
    [tmpfs] = task["linuxParameters"]["tmpfs"]
    assert f"`{tmpfs['containerPath']}` is a tmpfs of {tmpfs['size']} MiB" in PAGE
    assert f"runs as `{task['user']}`" in PAGE
    assert f"{task['memory']} MiB by default" in PAGE
    assert f"`container_port` ({task['portMappings'][0]['containerPort']})" in PAGE
    assert task["linuxParameters"]["initProcessEnabled"] is True
    assert "stopTimeout" not in task
    assert "healthCheck" not in task


def test_its_figures_are_the_defaults(composed: Callable[[str], Json]) -> None:
    defaults = {
        name: field.default
        for model in (Edge, Service)
        for name, field in model.model_fields.items()
    }
    for name in (
        "health_check_grace_seconds",
        "idle_timeout_seconds",
        "deregistration_delay_seconds",
    ):
        assert f"`{name}` ({defaults[name]})" in PAGE
    assert f"`health_check_path` (`{defaults['health_check_path']}`) every " in PAGE
    assert f"every {defaults['health_check_interval_seconds']} s and wants" in PAGE
    low, high = defaults["health_check_matcher"].split("-")
    assert f"wants {low} to {high}" in PAGE
    assert defaults["unhealthy_threshold"] == 3
    # Of AWS's APIs the task role allows none.
    resources = composed("local")["resource"]
    policies = resources["aws_iam_role_policy"].values()
    assert not [one for one in policies if "task_role" in one["role"]]
    assert "aws_iam_role_policy_attachment" not in resources or not [
        one for one in resources["aws_iam_role_policy_attachment"].values()
        if "task_role" in one["role"]
    ]  # fmt: skip
