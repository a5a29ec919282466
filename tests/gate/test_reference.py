"""The reference as it was built is refused, setting by setting; the four environments are not."""

import json
import shutil
from pathlib import Path

import pytest

from strata.gate.judge import begin, judge
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
    "cache.auth": ("auth = false", "auth = true"),
    "registry.immutable_tags": ("immutable_tags = false", "immutable_tags = true"),
    "cache.encryption_in_transit": (
        "encryption_in_transit = false",
        "encryption_in_transit = true",
    ),
    "cache.encryption_at_rest": ("encryption_at_rest = false", "encryption_at_rest = true"),
    "edge.http": ('http = "forward"', 'http = "redirect"'),
    "service.image_tag": ('image_tag = "latest"', 'image_tag = "1.0.0"'),
    "database.storage_encrypted": ("storage_encrypted = false", "storage_encrypted = true"),
    "database.require_tls": ("require_tls = false", "require_tls = true"),
    "cluster.imdsv2_only": ("imdsv2_only = false", "imdsv2_only = true"),
    "service.user": ('user = "0"', 'user = "1000:1000"'),
}
"""What to change; a node type that can encrypt goes before."""

VARIANTS = {
    f"variant-{bit}": {key for place, key in enumerate(MENDED, start=1) if place >> bit & 1}
    for bit in range(4)
}
"""Environment -> what is mended in it, by the binary digits of the places in `MENDED`: no two
settings are mended in the same ones, and none is in all. The first two are nowhere without the two
that they need, encryption in transit and a tag that does not move."""


@pytest.mark.usefixtures("judged_once")
def test_the_four_environments_are_clean(synthesized: Path, command: Command) -> None:
    answer = command("gate", "--synthesized", synthesized)
    assert answer.code == 0
    assert answer.out.endswith("dev, local, prod, staging: clean\n")


@pytest.mark.usefixtures("judged_once")
def test_the_same_input_gives_the_same_report(synthesized: Path) -> None:
    """The verdict that other tests read too, and one that is made anew."""
    anew = begin(synthesized).verdict()
    assert judge(synthesized).model_dump_json() == anew.model_dump_json()


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
    files = {}
    for name, mended in VARIANTS.items():
        text = BLOGGED.read_text().replace("cache.t2.micro", "cache.t3.micro")
        for before, after in (MENDED[key] for key in mended):
            assert text.count(f"\n{before}\n") == 1
            text = text.replace(f"\n{before}\n", f"\n{after}\n")
        file = tmp_path / f"{name}.toml"
        file.write_text(text.replace('name = "as-blogged"', f'name = "{name}"'))
        files[name] = str(file)
    synthesize(load_each(files.values()), tmp_path / "out")
    report = judge(tmp_path / "out", files)
    found = {name: of(report, name) for name in VARIANTS}
    every = set().union(*found.values())
    assert set(MENDED) < every
    for name, mended in VARIANTS.items():
        assert found[name] == every - mended


def of(report: Report, environment: str) -> set[str]:
    """The settings, or constructs, that are found in an environment, among others or not."""
    return {cause(one) for one in report.findings if environment in one.environments}


def cause(finding: Finding) -> str:
    return finding.key or finding.constructs[0]


@pytest.fixture(scope="module")
def spoiled(synthesized: Path, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The verdict where a rule is open in every environment, and in `local` Redis unencrypted."""
    copy = tmp_path_factory.mktemp("spoiled") / "copy"
    shutil.copytree(synthesized, copy)
    for file in [*copy.glob("composed/*/cdk.tf.json"), *copy.glob("stacks/*-network/cdk.tf.json")]:
        stack = json.loads(file.read_text())
        rule = stack["resource"]["aws_vpc_security_group_ingress_rule"]
        rule["network_database_ingress_instance"]["cidr_ipv4"] = "0.0.0.0/0"
        file.write_text(json.dumps(stack))
    for file in (*copy.glob("composed/local/*.json"), *copy.glob("stacks/local-cache/*.json")):
        stack = json.loads(file.read_text())
        group = stack["resource"]["aws_elasticache_replication_group"]["cache_replication_group"]
        group["at_rest_encryption_enabled"] = "false"
        file.write_text(json.dumps(stack))
    return judge(copy)


def test_one_construct_is_one_finding_however_many_environments_have_it(spoiled: Report) -> None:
    (finding,) = (one for one in spoiled.findings if one.environments != ["local"])
    assert finding.environments == ["dev", "local", "prod", "staging"]
    assert finding.constructs == ["network/database_ingress_instance"]
    assert (finding.file, finding.line, finding.key) == ("", 0, "")


def test_a_right_setting_is_not_blamed(spoiled: Report) -> None:
    """Where the JSON is not what the settings say, the construct is at fault."""
    (finding,) = (one for one in spoiled.findings if one.environments == ["local"])
    assert finding.checks == ["CKV_AWS_29", "STRATA_REDIS_1"]
    assert finding.constructs == ["cache/replication_group"]
    assert finding.key == ""
    assert finding.right == "what envs/local.toml says: cache.encryption_at_rest = true"
