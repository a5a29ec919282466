"""The containers that settings ask for, in the JSON of a real synthesis."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from modules.containers import of_worker
from strata.cost.capacity import instances
from strata.cost.resources import of_stack
from strata.documents.stacks import stack as read_stack
from strata.gate.vocabulary import known_words, unjudged
from strata.settings import Settings, load
from strata.settings.capacity import fit, task
from strata.settings.models import Worker
from strata.synthesis.synthesize import compose
from tests.settings.test_containers import CHECK, FILE, IMAGE, sidecar

Json = dict[str, Any]

OURS = f"123456789012.dkr.ecr.eu-central-1.amazonaws.com/tools/agent@sha256:{'0a' * 32}"
MAIL = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:mail-AbCdEf"
ASKED: Json = {
    "command": ["node", "server.js", "${HOME}"],
    "entry_point": ["/sbin/tini", "--"],
    "health_check": {**CHECK, "start_period_seconds": 10},
    "stop_timeout_seconds": 90,
    "ulimits": [{"name": "nofile", "soft": 4096, "hard": 65536}],
    "environment_files": [FILE],
    "depends_on": {"xray": "START", "migrate": "SUCCESS"},
    "links": ["xray"],
    "sidecars": [
        sidecar(environment={"LEVEL": "info"}, secrets={"KEY": MAIL, "OTHER": "shop/other"}),
        sidecar(name="migrate", image=OURS, essential=False, readonly_root_filesystem=False,
                environment_files=[FILE, "arn:aws:s3:::shop-more/b.env"]),
    ],
}  # fmt: skip


def settings(**service: Any) -> Settings:
    data = load("local").model_dump(by_alias=True)
    data["cluster"]["instance_type"] = "t3.medium"
    data["service"] |= service
    return Settings.model_validate(data)


@pytest.fixture(scope="module")
def stack() -> Json:
    """The composed stack with all of it."""
    return dict(compose(settings(**ASKED)))


@pytest.fixture(scope="module")
def containers(stack: Json) -> dict[str, Json]:
    """Name -> the container definition."""
    definition = stack["resource"]["aws_ecs_task_definition"]["service_task_definition"]
    return {one["name"]: one for one in json.loads(definition["container_definitions"])}


def test_the_container_has_what_the_settings_ask(containers: dict[str, Json]) -> None:
    api = containers["api"]
    assert api["command"] == ["node", "server.js", "$${HOME}"], "Terraform reads it as written"
    assert api["entryPoint"] == ["/sbin/tini", "--"]
    assert api["healthCheck"] == {
        "command": CHECK["command"], "interval": 30, "timeout": 5, "retries": 3, "startPeriod": 10,
    }  # fmt: skip
    assert api["stopTimeout"] == 90
    assert api["ulimits"] == [{"name": "nofile", "softLimit": 4096, "hardLimit": 65536}]
    assert api["environmentFiles"] == [{"type": "s3", "value": FILE}]
    assert api["dependsOn"] == [
        {"containerName": "migrate", "condition": "SUCCESS"},
        {"containerName": "xray", "condition": "START"},
    ]
    assert api["links"] == ["xray"]


def test_a_sidecar_is_confined_and_logs_under_its_own_name(containers: dict[str, Json]) -> None:
    assert list(containers) == ["api", "xray", "migrate"], "the application's comes first"
    api, xray, migrate = containers.values()
    assert (xray["image"], xray["memory"], xray["cpu"]) == (IMAGE, 64, 32)
    assert [api["essential"], xray["essential"], migrate["essential"]] == [True, True, False]
    assert not xray["privileged"]
    assert xray["readonlyRootFilesystem"]
    assert xray["user"] == "1000:1000"
    assert xray["portMappings"] == []
    assert xray["environment"] == [{"name": "LEVEL", "value": "info"}]
    assert [one["name"] for one in xray["secrets"]] == ["KEY", "OTHER"]
    options = [one["logConfiguration"]["options"] for one in (api, xray)]
    assert len({one["awslogs-group"] for one in options}) == 1
    assert [one["awslogs-stream-prefix"] for one in options] == ["api", "xray"]


def test_the_execution_role_may_read_and_pull_exactly_what_is_named(stack: Json) -> None:
    policy = stack["resource"]["aws_iam_role_policy"]["service_execution_role_policy"]["policy"]
    allowed: Json = {}
    for statement in json.loads(policy)["Statement"]:
        actions = statement["Action"]
        for action in actions if isinstance(actions, list) else [actions]:
            allowed[action] = statement["Resource"]
    assert allowed["s3:GetObject"] == [FILE, "arn:aws:s3:::shop-more/b.env"]
    assert allowed["s3:GetBucketLocation"] == [
        "arn:aws:s3:::shop-settings",
        "arn:aws:s3:::shop-more",
    ]
    ours = "${aws_ecr_repository.registry_repository.arn}"
    other = "arn:aws:ecr:eu-central-1:123456789012:repository/tools/agent"
    assert allowed["ecr:BatchGetImage"] == [ours, other]
    secrets = allowed["secretsmanager:GetSecretValue"]
    assert MAIL in secrets
    assert "${data.aws_secretsmanager_secret.service_sidecar_0_secret_other.arn}" in secrets


def test_nothing_of_it_is_written_unless_it_is_asked_for(composed: Callable[[str], Json]) -> None:
    definition = composed("local")["resource"]["aws_ecs_task_definition"]["service_task_definition"]
    (api,) = json.loads(definition["container_definitions"])
    assert set(api) & {"command", "entryPoint", "healthCheck", "stopTimeout", "ulimits", "links",
                       "environmentFiles", "dependsOn"} == set()  # fmt: skip


def test_the_arithmetic_counts_every_container(stack: Json, containers: dict[str, Json]) -> None:
    reserved = task(settings(**ASKED).service)
    mounts = [
        mount["size"]
        for one in containers.values()
        for mount in one["linuxParameters"].get("tmpfs", [])
    ]
    assert len(mounts) == 2
    assert reserved.reserved_mib == sum(one["memory"] for one in containers.values()) + sum(mounts)
    assert reserved.reserved_cpu == sum(one["cpu"] for one in containers.values())
    assert reserved.memory_words() == "512 + 128 of sidecars + 128 of /tmp = 768 MiB"
    assert reserved.cpu_words() == "1024 + 64 of sidecars = 1088"


def test_the_cost_counts_the_instances_that_the_sidecars_need() -> None:
    """Two tasks of 1024 CPU units fit on a t3.medium; with a sidecar one does."""

    def desired(**service: Any) -> float:
        found = settings(**service)
        items = of_stack(read_stack(compose(found)))
        (group,) = items.of("aws_autoscaling_group")
        (template,) = items.of("aws_launch_template")
        return instances(group, template, items, found).desired

    assert (desired(), desired(sidecars=[sidecar()])) == (2, 3)
    assert fit("t3.medium", task(settings(sidecars=[sidecar()]).service)).tasks == 1  # type: ignore[union-attr]


def test_every_word_of_it_is_in_the_vocabulary_of_the_gate(stack: Json) -> None:
    assert list(unjudged(stack, known_words([stack]))) == []


def test_beside_a_worker_which_has_no_check_nothing_waits_for_its_health() -> None:
    health = {"containerName": "api", "condition": "HEALTHY"}
    other = {"containerName": "cache", "condition": "HEALTHY"}
    logs = {"options": {"awslogs-stream-prefix": "api"}}
    api: Json = {"name": "api", "command": [], "logConfiguration": logs, "healthCheck": {}}
    sidecar: Json = {"name": "proxy", "dependsOn": [health, other]}
    worker = Worker(command=["node", "mail.js"])
    _, beside = of_worker([api, sidecar], "mail", worker, "image", [])
    assert beside["dependsOn"] == [{**health, "condition": "START"}, other]
    assert sidecar["dependsOn"] == [health, other]
