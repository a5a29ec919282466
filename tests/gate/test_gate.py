"""The gate on what a real synthesis wrote, whole and spoiled."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from checkov.terraform.checks.resource.registry import resource_registry

import policies
from strata.gate import waivers
from strata.gate.documents import Unjudgeable, read
from strata.gate.judge import judge
from strata.gate.report import FORMATS, settings_files
from strata.gate.scan import Failure, scan
from strata.paths import ROOT
from strata.settings import load
from strata.synthesis import synthesize

Json = dict[str, Any]
Change = Callable[[Json], object]
ENVIRONMENTS = ["local", "dev", "staging", "prod"]
BLOGGED = str(ROOT / "tests" / "as-blogged.toml")


def test_the_four_environments_are_clean_and_judged_the_same_twice(synthesized: Path) -> None:
    files = settings_files(ENVIRONMENTS, ENVIRONMENTS)
    report = judge(synthesized, files)
    assert report.findings == []
    assert report.waivers
    assert FORMATS["json"](report) == FORMATS["json"](judge(synthesized, files))


def test_the_reference_is_refused_by_name_and_line(tmp_path: Path) -> None:
    synthesize([load(BLOGGED)], tmp_path)
    report = judge(tmp_path, settings_files([BLOGGED], ["as-blogged"]))
    lines = Path(BLOGGED).read_text().splitlines()
    found = {finding.key: finding for finding in report.findings}
    for key, check in {
        "cache.encryption_at_rest": "CKV_AWS_29",
        "cache.encryption_in_transit": "CKV_AWS_30",
        "cache.auth": "STRATA_REDIS_3",
        "edge.http": "STRATA_LISTENER_1",
        "database.storage_encrypted": "CKV_AWS_16",
        "database.require_tls": "STRATA_DB_3",
        "cluster.imdsv2_only": "STRATA_INSTANCE_1",
        "cluster.root_volume_encrypted": "STRATA_INSTANCE_2",
        "service.user": "STRATA_CONTAINER_3",
        "service.image_tag": "STRATA_CONTAINER_7",
        "registry.immutable_tags": "STRATA_ECR_1",
    }.items():
        assert check in found[key].checks
        assert lines[found[key].line - 1].startswith(key.partition(".")[2] + " =")
    assert FORMATS["junit"](report).count("<failure") == len(report.findings)
    results = json.loads(FORMATS["sarif"](report))["runs"][0]["results"]
    assert len(results) == len(report.findings)


def block(stack: Json, address: str) -> Json:
    kind, name = address.split(".")
    found: Json = stack["resource"][kind][name]
    return found


def put(address: str, **values: object) -> Change:
    return lambda stack: block(stack, address).update(values)


def drop(address: str, key: str) -> Change:
    return lambda stack: block(stack, address).pop(key)


def container(**values: object) -> Change:
    def change(stack: Json) -> None:
        task = block(stack, TASK)
        definitions = json.loads(task["container_definitions"])
        definitions[0].update(values)
        task["container_definitions"] = json.dumps(definitions)

    return change


def local(address: str, key: str, value: object) -> Change:
    def change(stack: Json) -> None:
        stack["locals"] = {"moved_out": value}
        block(stack, address)[key] = "${local.moved_out}"

    return change


def allow(**statement: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


REDIS = "aws_elasticache_replication_group.cache_replication_group"
HTTP = "aws_lb_listener.edge_http_listener"
HTTPS = "aws_lb_listener.edge_https_listener"
TASK = "aws_ecs_task_definition.service_task_definition"
DB = "aws_db_instance.database_instance"
TEMPLATE = "aws_launch_template.cluster_launch_template"
RULE = "aws_vpc_security_group_ingress_rule.network_cache_ingress_instance"
BALANCER = "aws_vpc_security_group_ingress_rule.network_load_balancer_ingress_443"
GROUP = "aws_security_group.network_instance_security_group"
ACL = "aws_network_acl_rule.network_private_acl_ingress_100"
ROLE = "aws_iam_role.service_task_role"
POLICY = "aws_iam_role_policy.service_execution_role_policy"
PARAMETERS = "aws_db_parameter_group.database_parameter_group"
SSH = {"cidr_blocks": ["0.0.0.0/0"], "from_port": 22, "to_port": 22, "protocol": "tcp"}

UNSAFE: list[tuple[str, Change]] = [
    ("STRATA_REDIS_1", put(REDIS, at_rest_encryption_enabled=False)),
    ("STRATA_REDIS_1", put(REDIS, at_rest_encryption_enabled="false")),
    ("STRATA_REDIS_1", put(REDIS, at_rest_encryption_enabled=None)),
    ("STRATA_REDIS_1", drop(REDIS, "at_rest_encryption_enabled")),
    ("STRATA_REDIS_1", local(REDIS, "at_rest_encryption_enabled", False)),
    ("STRATA_REDIS_2", put(REDIS, transit_encryption_enabled=[False])),
    ("STRATA_REDIS_2", put(REDIS, transit_encryption_mode="preferred")),
    ("STRATA_REDIS_3", drop(REDIS, "lifecycle")),
    ("STRATA_LISTENER_1", put(HTTP, default_action=[{"type": "forward"}])),
    ("STRATA_LISTENER_1", put(HTTP, default_action={"type": "forward"})),
    ("STRATA_LISTENER_1", put(HTTP, protocol=None, default_action={"type": "fixed-response"})),
    ("STRATA_LISTENER_1", local(HTTP, "default_action", [{"type": "forward"}])),
    ("STRATA_LISTENER_2", put(HTTPS, ssl_policy="ELBSecurityPolicy-2016-08")),
    ("STRATA_LISTENER_2", put(HTTPS, ssl_policy=None)),
    ("STRATA_CONTAINER_1", put(TASK, container_definitions="${local.elsewhere}")),
    ("STRATA_CONTAINER_2", container(privileged=True)),
    ("STRATA_CONTAINER_3", container(user="0:0")),
    ("STRATA_CONTAINER_3", container(user="root")),
    ("STRATA_CONTAINER_4", container(readonlyRootFilesystem=False)),
    ("STRATA_CONTAINER_5", container(logConfiguration=None)),
    ("STRATA_CONTAINER_6", container(environment=[{"name": "DB_PASSWORD", "value": "x"}])),
    ("STRATA_CONTAINER_7", container(image="nginx")),
    ("STRATA_OPEN_1", put(RULE, cidr_ipv4="0.0.0.0/0")),
    ("STRATA_OPEN_1", put(RULE, cidr_ipv6="::/0")),
    ("STRATA_OPEN_1", put(RULE, prefix_list_id="pl-1")),
    ("STRATA_OPEN_1", put(RULE, cidr_ipv4="128.0.0.0/1")),
    ("STRATA_OPEN_1", put(BALANCER, from_port=22)),
    ("STRATA_OPEN_1", put(BALANCER, from_port="20", to_port="30")),
    ("STRATA_OPEN_1", put(GROUP, ingress=[{**SSH, "prefix_list_ids": None}])),
    ("STRATA_OPEN_1", put(GROUP, ingress={"ipv6_cidr_blocks": ["::/0"], "protocol": "-1"})),
    ("STRATA_OPEN_2", put(ACL, cidr_block="0.0.0.0/0")),
    ("STRATA_OPEN_2", put(ACL, protocol="-1")),
    ("STRATA_INSTANCE_1", drop(TEMPLATE, "metadata_options")),
    ("STRATA_INSTANCE_1", put(TEMPLATE, metadata_options=[{"http_tokens": "optional"}])),
    ("STRATA_INSTANCE_2", drop(TEMPLATE, "block_device_mappings")),
    ("STRATA_DB_1", put(DB, publicly_accessible="true")),
    ("STRATA_DB_2", drop(DB, "storage_encrypted")),
    ("STRATA_DB_4", put(DB, password="${var.password}")),
    ("STRATA_DB_3", put(PARAMETERS, parameter=[])),
    ("STRATA_IAM_1", put(POLICY, policy=allow(Action="s3:*", Resource="arn:aws:s3:::b/k"))),
    ("STRATA_IAM_2", put(POLICY, policy=allow(Action=["s3:GetObject"], Resource="*"))),
    (
        "STRATA_IAM_3",
        put(ROLE, assume_role_policy=allow(Action="sts:AssumeRole", Principal={"AWS": ["*"]})),
    ),
    ("STRATA_ECR_1", drop("aws_ecr_repository.registry_repository", "image_tag_mutability")),
    ("STRATA_SERVICE_1", drop("aws_ecs_service.service_service", "deployment_circuit_breaker")),
    ("STRATA_SECRET_2", lambda s: s.update(variable={"db_password": {"default": "x"}})),
]

HARMLESS: list[Change] = [
    put(REDIS, at_rest_encryption_enabled="true"),
    put(REDIS, transit_encryption_enabled="true"),
    local(REDIS, "transit_encryption_enabled", True),
    put(REDIS, auth_token=None),
    put(HTTPS, ssl_policy="ELBSecurityPolicy-TLS13-1-3-2021-06"),
    container(user="1001"),
    container(privileged=None),
    container(image="nginx@sha256:0"),
    container(environment=[{"name": "LOG_LEVEL", "value": "info"}]),
    put(RULE, cidr_ipv4="10.0.0.0/16"),
    put(RULE, cidr_ipv4=None),
    put(BALANCER, from_port="443", to_port="443"),
    put(GROUP, ingress=None),
    put(ACL, protocol="6"),
    put(DB, publicly_accessible=None),
    put(POLICY, policy=allow(Action="s3:GetObject", Resource="arn:aws:s3:::b/*")),
    put(TEMPLATE, metadata_options={"http_tokens": "required", "http_endpoint": "enabled"}),
]


@pytest.fixture(scope="module")
def changed(synthesized: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Name of a change -> the checks that fail after it and did not before."""
    folder = tmp_path_factory.mktemp("changed")
    text = (synthesized / "composed" / "local" / "cdk.tf.json").read_text()
    changes: dict[str, Change] = {"same": lambda stack: None}
    changes |= {f"unsafe{i}": change for i, (_, change) in enumerate(UNSAFE)}
    changes |= {f"harmless{i}": change for i, change in enumerate(HARMLESS)}
    for name, change in changes.items():
        stack = json.loads(text)
        change(stack)
        for path in (folder / "composed" / name, folder / "stacks" / f"{name}-all"):
            path.mkdir(parents=True)
            (path / "cdk.tf.json").write_text(json.dumps(stack))
    found: dict[str, set[str]] = {name: set() for name in changes}
    for failure in scan(read(folder)):
        found[failure.environment].add(failure.check)
    return {name: checks - found["same"] for name, checks in found.items()}


def test_unsafe_changes_are_found_by_name(changed: dict[str, set[str]]) -> None:
    missed = [(i, c) for i, (c, _) in enumerate(UNSAFE) if c not in changed[f"unsafe{i}"]]
    print(f"caught {len(UNSAFE) - len(missed)}, missed {missed}")
    assert missed == []


def test_harmless_changes_are_not_found(changed: dict[str, set[str]]) -> None:
    found = {i: changed[f"harmless{i}"] for i in range(len(HARMLESS))}
    assert {i: checks for i, checks in found.items() if checks} == {}


def test_a_backend_without_lock_is_found(synthesized: Path, tmp_path: Path) -> None:
    copy(synthesized, tmp_path)
    file = tmp_path / "stacks" / "local-cache" / "cdk.tf.json"
    stack = json.loads(file.read_text())
    del stack["terraform"]["backend"]["s3"]["use_lockfile"]
    file.write_text(json.dumps(stack))
    found = {(f.check, f.construct) for f in scan(read(tmp_path))}
    assert ("STRATA_STATE_1", "cache") in found


def copy(synthesized: Path, target: Path) -> None:
    """`local` alone, to be spoiled."""
    layers = [*synthesized.glob("stacks/local-*/*.json")]
    for file in [*layers, synthesized / "composed" / "local" / "cdk.tf.json"]:
        path = target / file.relative_to(synthesized)
        path.parent.mkdir(parents=True)
        path.write_text(file.read_text())


def truncated(text: str) -> str:
    return text[:500]


def empty(text: str) -> str:
    return ""


def without_resources(text: str) -> str:
    return "{}"


def with_required_version(text: str) -> str:
    stack = json.loads(text)
    stack["terraform"]["required_version"] = ">= 1.0"
    return json.dumps(stack)


def with_moved(text: str) -> str:
    return json.dumps({**json.loads(text), "moved": [{"from": "a.b", "to": "a.c"}]})


def with_import(text: str) -> str:
    return json.dumps({**json.loads(text), "import": [{"id": "b", "to": "a.c"}]})


@pytest.mark.parametrize("where", ["composed/local", "stacks/local-cache"])
@pytest.mark.parametrize(
    "spoil",
    [truncated, empty, without_resources, with_required_version, with_moved, with_import],
)
def test_what_cannot_be_judged_is_no_verdict(
    where: str, spoil: Callable[[str], str], synthesized: Path, tmp_path: Path
) -> None:
    copy(synthesized, tmp_path)
    spoiled = tmp_path / where / "cdk.tf.json"
    spoiled.write_text(spoil(spoiled.read_text()))
    with pytest.raises(Unjudgeable) as caught:
        read(tmp_path)
    assert str(spoiled) in caught.value.message
    assert caught.value.exit_code == 2


def test_a_folder_without_stacks_is_no_verdict(tmp_path: Path) -> None:
    with pytest.raises(Unjudgeable):
        read(tmp_path)


def test_a_type_that_no_check_knows_is_no_verdict(synthesized: Path, tmp_path: Path) -> None:
    copy(synthesized, tmp_path)
    for where in ("composed/local", "stacks/local-cache"):
        file = tmp_path / where / "cdk.tf.json"
        stack = json.loads(file.read_text())
        stack["resource"]["aws_unheard_of"] = {"new": {"a": 1}}
        file.write_text(json.dumps(stack))
    with pytest.raises(Unjudgeable, match="aws_unheard_of"):
        scan(read(tmp_path))


def test_a_check_that_cannot_be_loaded_is_no_verdict(
    synthesized: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "half_written.py").write_text("def judge(:")
    monkeypatch.setattr(policies, "__path__", [*policies.__path__, str(tmp_path)])
    with pytest.raises(Unjudgeable, match="half_written"):
        scan(read(synthesized, ["local"]))


def test_checks_are_registered_once(synthesized: Path) -> None:
    scan(read(synthesized, ["local", "dev"]))
    ours = [c.id for c in resource_registry.get_all_registered_checks() if "STRATA_" in c.id]
    assert len(ours) == len(set(ours)) > 25


def waive(**changes: object) -> Json:
    given = {"check": "CKV_AWS_1", "resource": "cache/x", "reason": "r" * 20, "owner": "o"}
    return {**given, "expires": date(2027, 1, 1), **changes}


def waived(**changes: object) -> waivers.Waived:
    return waivers.apply(
        [Failure("local", "CKV_AWS_1", "cache/x", "a.b", "name")],
        [waivers.Waiver.model_validate(waive(**changes))],
        judged=["local"],
        every=["local"],
        checks=["CKV_AWS_1"],
        today=date(2026, 11, 24),
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"expires": date(2025, 1, 1)}, "expired"),
        ({"expires": date(2029, 1, 1)}, "more than a year"),
        ({"resource": "cache/y"}, "matches nothing"),
        ({"check": "CKV_AWS_0"}, "no such check"),
    ],
)
def test_a_broken_waiver_is_no_verdict(changes: Json, words: str) -> None:
    with pytest.raises(Unjudgeable, match=words):
        waived(**changes)


@pytest.mark.parametrize("key", ["reason", "owner"])
def test_a_waiver_needs_a_reason_and_an_owner(key: str, tmp_path: Path) -> None:
    file = tmp_path / "waivers.toml"
    given = {k: v if isinstance(v, date) else json.dumps(v) for k, v in waive().items()}
    lines = [f"{k} = {v}" for k, v in given.items() if k != key]
    file.write_text("[[waiver]]\n" + "\n".join(lines))
    with pytest.raises(Unjudgeable, match=key):
        waivers.read(file)


def test_a_waiver_that_ends_soon_warns() -> None:
    found = waived(expires=date(2026, 12, 1))
    assert found.failures == []
    assert "2026-12-01" in found.warnings[0]
