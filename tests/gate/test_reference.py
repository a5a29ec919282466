"""The reference as it was built is refused, setting by setting; the four environments are not."""

import json
import re
import shutil
from pathlib import Path

from strata.gate.judge import judge
from strata.gate.report import Finding, Report
from strata.settings import load_each
from strata.synthesis.synthesize import synthesize
from tests import ROOT
from tests.gate.command import Command

BLOGGED = ROOT / "tests" / "as-blogged.toml"

NAMED = {
    "cache.encryption_at_rest": "STRATA_REDIS_1",
    "cache.encryption_in_transit": "STRATA_REDIS_2",
    "cache.auth": "STRATA_REDIS_3",
    "edge.http": "STRATA_LISTENER_1",
    "database.storage_encrypted": "STRATA_DB_2",
    "database.require_tls": "STRATA_DB_3",
    "database.backup_retention_days": "CKV_AWS_133",
    "cluster.imdsv2_only": "STRATA_INSTANCE_1",
    "cluster.root_volume_encrypted": "STRATA_INSTANCE_2",
    "cluster.container_insights": "CKV_AWS_65",
    "service.user": "STRATA_CONTAINER_3",
    "service.image_tag": "STRATA_CONTAINER_7",
    "service.readonly_root_filesystem": "STRATA_CONTAINER_4",
    "registry.immutable_tags": "STRATA_ECR_1",
    "registry.scan_on_push": "CKV_AWS_163",
}
"""Settings of the reference that are unsafe, and a check that must say so."""

MENDED = {
    "cache.encryption_at_rest": ("encryption_at_rest = false", "encryption_at_rest = true"),
    "cache.encryption_in_transit": (
        "encryption_in_transit = false",
        "encryption_in_transit = true",
    ),
    "cache.auth": ("auth = false", "auth = true"),
    "edge.http": ('http = "forward"', 'http = "redirect"'),
    "database.storage_encrypted": ("storage_encrypted = false", "storage_encrypted = true"),
    "database.require_tls": ("require_tls = false", "require_tls = true"),
    "cluster.imdsv2_only": ("imdsv2_only = false", "imdsv2_only = true"),
    "service.user": ('user = "0"', 'user = "1000:1000"'),
    "service.image_tag": ('image_tag = "latest"', 'image_tag = "1.0.0"'),
    "registry.immutable_tags": ("immutable_tags = false", "immutable_tags = true"),
}
"""What to change, one after another; a node type that can encrypt goes before."""


def test_the_four_environments_are_clean(command: Command) -> None:
    answer = command("gate", "local", "dev", "staging", "prod")
    assert answer.code == 0
    assert answer.out.endswith("dev, local, prod, staging: clean\n")


def test_the_same_input_gives_the_same_report(synthesized: Path) -> None:
    assert judge(synthesized).model_dump_json() == judge(synthesized).model_dump_json()


def test_the_reference_is_refused_by_name_and_line(command: Command) -> None:
    answer = command("gate", BLOGGED, "--format", "json")
    assert answer.code == 1
    found = {finding.key: finding for finding in Report.model_validate_json(answer.out).findings}
    lines = BLOGGED.read_text().splitlines()
    for key, check in NAMED.items():
        assert check in found[key].checks
        assert found[key].file == "tests/as-blogged.toml"
        assert lines[found[key].line - 1].startswith(key.partition(".")[2] + " =")
    redis = [
        found[f"cache.{key}"] for key in ("encryption_at_rest", "encryption_in_transit", "auth")
    ]
    assert len({finding.protects for finding in redis}) == 3


def test_a_changed_setting_takes_its_finding_away(tmp_path: Path) -> None:
    text = BLOGGED.read_text().replace("cache.t2.micro", "cache.t3.micro")
    texts = [text]
    for before, after in MENDED.values():
        assert text.count(f"\n{before}\n") == 1
        text = text.replace(f"\n{before}\n", f"\n{after}\n")
        texts.append(text)
    files = {}
    for step, content in enumerate(texts):
        file = tmp_path / f"step-{step}.toml"
        file.write_text(re.sub('name = "as-blogged"', f'name = "step-{step}"', content))
        files[f"step-{step}"] = str(file)
    synthesize(load_each(files.values()), tmp_path / "out")
    report = judge(tmp_path / "out", files)
    found = [of(report, f"step-{step}") for step in range(len(texts))]
    for step, key in enumerate(MENDED, start=1):
        assert found[step - 1] - found[step] == {key}
        assert found[step] < found[step - 1]


def of(report: Report, environment: str) -> set[str]:
    """The settings, or constructs, that are found in an environment."""
    return {cause(one) for one in report.findings if one.environments == [environment]}


def cause(finding: Finding) -> str:
    return finding.key or finding.constructs[0]


def test_one_construct_is_one_finding_however_many_environments_have_it(
    synthesized: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(synthesized, copy)
    for file in [*copy.glob("composed/*/cdk.tf.json"), *copy.glob("stacks/*-network/cdk.tf.json")]:
        text = file.read_text()
        stack = json.loads(text)
        rule = stack["resource"]["aws_vpc_security_group_ingress_rule"]
        rule["network_database_ingress_instance"]["cidr_ipv4"] = "0.0.0.0/0"
        file.write_text(json.dumps(stack))
    (finding,) = judge(copy).findings
    assert finding.environments == ["dev", "local", "prod", "staging"]
    assert finding.constructs == ["network/database_ingress_instance"]
    assert (finding.file, finding.line, finding.key) == ("", 0, "")


def test_a_right_setting_is_not_blamed(local: Path) -> None:
    """Where the JSON is not what the settings say, the construct is at fault."""
    for file in (*local.glob("composed/*/*.json"), *local.glob("stacks/*-cache/*.json")):
        stack = json.loads(file.read_text())
        group = stack["resource"]["aws_elasticache_replication_group"]["cache_replication_group"]
        group["at_rest_encryption_enabled"] = "false"
        file.write_text(json.dumps(stack))
    (finding,) = judge(local).findings
    assert finding.checks == ["CKV_AWS_29", "STRATA_REDIS_1"]
    assert finding.constructs == ["cache/replication_group"]
    assert finding.key == ""
    assert finding.right == "what envs/local.toml says: cache.encryption_at_rest = true"
