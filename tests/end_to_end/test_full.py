"""Every argument that `modules/` writes is given back by the emulator as it was made: what uses all
settings is applied and planned again, and so it is once more with other values."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from strata.drift.from_plan import resources_now
from strata.drift.unread import describing, unread
from strata.local import emulator as emulation
from strata.plan_file.changes import Plan, parse
from strata.release.place import place
from strata.settings import Settings, load
from strata.synthesis.synthesize import synthesize_composed
from strata.terraform.binary import terraform
from strata.terraform.plugins import terraform_environment
from strata.terraform.process import Terraform
from tests import ROOT
from tests.end_to_end.conftest import Client, client_of_the_tests

pytestmark = [pytest.mark.emulator, pytest.mark.usefixtures("provider")]

FULL = ROOT / "examples" / "full.toml"
PLAN = Path("all.tfplan")

OTHER: Mapping[str, Any] = {
    "tags": {"Team": "till"},
    "network": {"flow_log_retention_days": 60, "endpoints": ["s3", "ecr.api", "ecr.dkr", "logs"]},
    "registry": {"keep_images": 40, "scan_on_push": False},
    "database": {
        "backup_retention_days": 8,
        "storage_gib": 25,
        "log_exports": ["error", "slowquery"],
        "log_retention_days": 60,
        "password_rotation": "rate(20 days)",
        "apply_immediately": True,
    },
    "cache": {"snapshot_retention_days": 3, "apply_immediately": True},
    "cluster": {
        "max_size": 9,
        "max_instance_age_days": 20,
        "target_capacity_percent": 90,
        "insights_log_retention_days": 60,
        "root_volume_gib": 40,
    },
    "service": {
        "cpu": 512,
        "memory_mib": 384,
        "environment": {"LOG_LEVEL": "debug"},
        "log_retention_days": 60,
        "health_check_grace_seconds": 90,
        "stop_timeout_seconds": 50,
        "scaling": {"max": 6, "target_tracking": [{"metric": "cpu", "target": 60}]},
        "permissions": [
            {
                "actions": ["dynamodb:GetItem"],
                "resources": ["arn:aws:dynamodb:us-east-1:123456789012:table/shop-carts"],
            }
        ],
        "egress": [{"port": 2525, "ranges": ["203.0.113.0/24"]}],
    },
    "services": {
        "mailer": {"max_count": 5, "messages_per_task": 60},
        "admin": {"route": {"priority": 11, "hosts": [], "health_check_path": "/health"}},
    },
    "jobs": {"sweep": {"schedule": "cron(0 4 * * ? *)"}, "report": {"memory_mib": 300}},
    "edge": {
        "www": False,
        "access_log_retention_days": 30,
        "deregistration_delay_seconds": 30,
        "health_check_path": "/health",
        "health_check_matcher": "200",
    },
    "alarms": {"thresholds": {"latency": 3}, "email": "other@shop.example"},
    "notify": {"on": ["failed"]},
    "cost": {"budget_usd_per_month": 301},
}
"""Other values, as many as one environment can have of what can be changed in place."""


CONSTANT = [
    "aws_cloudwatch_event_target",
    "aws_ecs_cluster_capacity_providers",
    "aws_iam_role_policy_attachment",
    "aws_route",
    "aws_route_table_association",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_versioning",
    "aws_secretsmanager_secret_version",
]
"""Types without tags of which no setting changes anything in place."""


def emulated(**tables: Any) -> Settings:
    """The settings of the example, on the emulator, with some of their keys set to other values."""
    full = load(str(FULL)).model_dump(by_alias=True)
    full["environment"]["emulated"] = True
    return Settings.model_validate(merged(full, tables))


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with the values of `over`, table by table."""
    return {
        **base,
        **{
            key: merged(base[key], value)
            if isinstance(value, Mapping) and isinstance(base.get(key), Mapping)
            else value
            for key, value in over.items()
        },
    }


class All:
    """All layers in one stack, with a state of its own."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        synthesize_composed(settings, folder)
        self.terraform = Terraform(terraform(), terraform_environment(), folder / "logs")
        self.folder = folder / "composed" / settings.environment.name
        self.terraform.init(self.folder)
        self.document: dict[str, Any] = {}
        """The last plan, with the resources that it was made against."""

    def plan(self) -> Plan:
        """What an apply would change."""
        self.terraform.plan(self.folder, PLAN)
        self.document = self.terraform.show_own(self.folder, PLAN)
        return parse(self.document)

    def apply(self) -> None:
        """Apply the last plan."""
        self.terraform.apply(self.folder, PLAN)


def changed(plan: Plan) -> list[str]:
    """The resources of a plan with what changes of them."""
    return [f"{change.address} {sorted(change.changed)}" for change in plan.changes]


def test_what_uses_every_setting_is_given_back_as_it_was_made_twice(
    aws: Client, folder: Path
) -> None:
    first, other = emulated(), emulated(**OTHER)
    url = aws("sts").meta.endpoint_url
    emulation.delegate(url, first.edge.domain)
    for image, tag in (("store/api", "1.0.0"), ("store/admin", "2.3.0")):
        emulation.push(url, image, tag)
    secrets = client_of_the_tests("secretsmanager", first.environment.region)
    secrets.create_secret(Name="shop/payment", SecretString="of-the-test")
    everything = All(first, folder / "full")
    made = everything.plan()
    everything.apply()
    assert changed(everything.plan()) == []

    everything = All(other, folder / "full")
    plan = everything.plan()
    everything.apply()
    assert changed(everything.plan()) == []
    certificates = client_of_the_tests("acm", other.environment.region)
    [listed] = certificates.list_certificates()["CertificateSummaryList"]
    arn = listed["CertificateArn"]
    certificate = certificates.describe_certificate(CertificateArn=arn)["Certificate"]
    assert certificate["SubjectAlternativeNames"] == [other.edge.domain]
    unchanged = {change.type for change in made.changes} - {change.type for change in plan.changes}
    assert sorted(unchanged) == CONSTANT

    ours, describe = resources_now(everything.document), describing(other.environment)
    assert unread(ours, describe) == {}
    at = place(other, "stock")
    client_of_the_tests("ecs", other.environment.region).update_service(
        cluster=at.cluster, service=at.service, serviceConnectConfiguration={"enabled": False}
    )
    assert [*unread(ours, describe)] == ["aws_ecs_service.service_worker_stock_service"]
