"""Runs checkov in this process over stacks as the gate reads them."""

import importlib
import json
import logging
import pkgutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import policies
from strata.gate.documents import Environment, Unjudgeable, document_faults, resolved
from strata.stacks import blocks, construct_path

NOTHING_TO_JUDGE = frozenset(
    f"aws_{kind}"
    for kind in (
        "acm_certificate_validation", "appautoscaling_policy", "appautoscaling_scheduled_action",
        "appautoscaling_target", "cloudwatch_metric_alarm", "db_subnet_group",
        "default_route_table", "ecr_lifecycle_policy", "ecs_cluster_capacity_providers", "eip",
        "elasticache_parameter_group", "elasticache_subnet_group", "flow_log",
        "iam_instance_profile", "iam_role_policy_attachment", "internet_gateway", "nat_gateway",
        "route", "route53_record", "route_table", "route_table_association",
        "s3_bucket_server_side_encryption_configuration", "vpc",
    )
)  # fmt: skip
"""Types whose arguments open nothing by themselves: they tie others together or move numbers. Any
other type that no check has looked at stops the gate."""


@dataclass(frozen=True, order=True)
class Failure:
    """One check that one resource does not meet; `construct` is its path below the stack."""

    environment: str
    check: str
    construct: str
    address: str
    name: str


def scan(environments: list[Environment]) -> list[Failure]:
    """Every failed check, of checkov's and ours; raises Unjudgeable."""
    logging.getLogger().setLevel(logging.CRITICAL)
    _load_policies()
    failures: set[Failure] = set()
    with tempfile.TemporaryDirectory() as folder:
        for environment in environments:
            target = Path(folder) / environment.name
            target.mkdir()
            stack = resolved(environment.composed)
            (target / "cdk.tf.json").write_text(json.dumps(stack, indent=1, sort_keys=True))
            failures |= set(_judge(environment, target))
            failures |= {
                Failure(environment.name, check, where, "", DOCUMENT_CHECKS[check])
                for check, where in document_faults(environment)
            }
    return sorted(failures)


DOCUMENT_CHECKS = {
    "STRATA_STATE_1": "State is encrypted and locked",
    "STRATA_SECRET_2": "No variable has a secret as its default",
    "STRATA_SECRET_3": "No output shows a secret",
}
"""Checks over what is no resource, which plain checkov cannot run."""


def known_checks() -> frozenset[str]:
    """The id of every check that can find something here."""
    from checkov.common.checks_infra.registry import get_graph_checks_registry  # noqa: PLC0415
    from checkov.terraform.checks.resource.registry import resource_registry  # noqa: PLC0415

    _load_policies()
    graph = get_graph_checks_registry("terraform")
    graph.load_checks()
    python = {check.id for check in resource_registry.get_all_registered_checks()}
    return frozenset(python | {check.id for check in graph.checks} | set(DOCUMENT_CHECKS))


def _load_policies() -> None:
    """Register our own checks, once: checkov itself would load them for every file, and go on
    without one that it cannot load."""
    for module in pkgutil.iter_modules(policies.__path__):
        try:
            importlib.import_module(f"policies.{module.name}")
        except Exception as error:
            raise Unjudgeable(f"policies/{module.name}.py cannot be loaded: {error!r}") from error


def _judge(environment: Environment, folder: Path) -> Iterator[Failure]:
    from checkov.common.models.enums import CheckResult  # noqa: PLC0415
    from checkov.runner_filter import RunnerFilter  # noqa: PLC0415 - takes seconds
    from checkov.terraform_json.runner import TerraformJsonRunner  # noqa: PLC0415

    try:
        report = TerraformJsonRunner().run(
            root_folder=str(folder),
            runner_filter=RunnerFilter(framework=["terraform_json"]),
        )
    except Exception as error:
        raise Unjudgeable(f"{environment.path}: checkov failed: {error!r}") from error
    if isinstance(report, list) or report.parsing_errors:
        raise Unjudgeable(f"{environment.path}: checkov could not read it")
    held = blocks(environment.composed)
    by_name: dict[str, list[str]] = {}
    for address in held:
        by_name.setdefault(address.partition(".")[2], []).append(address)
    judged: set[str] = set()
    for record in [*report.passed_checks, *report.failed_checks]:
        kind, _, name = record.resource.partition(".")
        # Python checks name a resource without its type; construct paths make names unique.
        for address in [record.resource] if kind != "resource" else by_name.get(name, []):
            judged.add(address.partition(".")[0])
            if record.check_result["result"] == CheckResult.FAILED:
                path = construct_path(held.get(address, {})) or address
                yield Failure(environment.name, record.check_id, path, address, record.check_name)
    kinds = {address.partition(".")[0] for address in held}
    unseen = sorted(kinds - judged - NOTHING_TO_JUDGE)
    if unseen:
        raise Unjudgeable(f"{environment.path}: no check has looked at {', '.join(unseen)}")
