"""As what of the code a stranger can be taken up, and by which name."""

from collections.abc import Callable

import pytest

from strata.documents import Json
from strata.documents.stacks import Resource, Stack
from strata.drift.import_ids import TYPES, import_id, with_addresses
from strata.drift.report import Stranger
from strata.synthesis.synthesize import compose
from tests.modules.test_alarms import EMAIL, with_alarms

HOME = "eu-central-1"
EC2 = "arn:aws:ec2:eu-central-1:123456789012"
ECS = "arn:aws:ecs:eu-central-1:123456789012"


def stranger(kind: str, name: str, identifier: str = f"{EC2}:subnet/subnet-1") -> Stranger:
    return Stranger(kind=kind, identifier=identifier, name=name, found_by="tags")


def code(**names: str) -> Stack:
    """What there is twice in an environment by its tag `Name`, and a route, which has no tags."""
    bodies = {
        f"aws_{type_}.network_{one}": {"tags": {"Name": name}}
        for type_ in ("subnet", "security_group", "default_security_group")
        for one, name in names.items()
    }
    every = {**bodies, "aws_route.network_r": {}}
    return Stack({address: Resource(address, body, "") for address, body in every.items()}, {})


def addresses(found: list[Stranger], stack: Stack, *standing: str) -> list[tuple[str, str]]:
    return [(one.address, one.import_id) for one in with_addresses(found, stack, standing, HOME)]


def test_a_stranger_is_that_of_the_code_which_has_its_type_and_name() -> None:
    found = [stranger("ec2 subnet", "shop-b")]
    stack = code(a="shop-a", b="shop-b")
    assert addresses(found, stack) == [("aws_subnet.network_b", "subnet-1")]


OTHERS = [
    stranger("ec2 subnet", "made-by-hand"),
    stranger("ec2 vpc", "shop-a"),
    stranger("ec2 subnet", ""),
    stranger("ec2 volume", "shop-a"),
]


def test_one_of_another_name_or_type_is_not() -> None:
    for one in OTHERS:
        assert addresses([one], code(a="shop-a")) == [("", "")], one


def test_nor_is_a_second_one_of_what_a_state_knows() -> None:
    """Its address is taken."""
    one = stranger("ec2 subnet", "shop-a")
    assert addresses([one], code(a="shop-a"), "aws_subnet.network_a") == [("", "")]


def test_nor_is_any_of_two_that_have_one_name() -> None:
    """Killed twice, it made two; one may lie in another VPC than the rest of what is taken up."""
    found = [stranger("ec2 subnet", "shop-a", f"{EC2}:subnet/subnet-{one}") for one in (1, 2)]
    assert addresses(found, code(a="shop-a")) == [("", ""), ("", "")]


def test_nor_is_a_security_group_which_may_still_be_open() -> None:
    one = stranger("ec2 security-group", "shop-g", f"{EC2}:security-group/sg-1")
    own = "aws_security_group.network_g"
    stack = Stack({own: Resource(own, {"tags": {"Name": "shop-g"}}, "")}, {})
    assert addresses([one], stack) == [("", "")]


def test_nor_is_a_parameter_whose_value_no_import_reads() -> None:
    arn = "arn:aws:ssm:eu-central-1:123456789012:parameter/shop/local/image/1.0.0"
    own = "aws_ssm_parameter.service_image"
    stack = Stack({own: Resource(own, {"tags": {"Name": "shop-image"}}, "")}, {})
    assert addresses([stranger("ssm parameter", "shop-image", arn)], stack) == [("", "")]


@pytest.mark.parametrize(
    ("made_in", "written_for"),
    [(HOME, HOME), ("us-east-1", "us-east-1"), (HOME, "us-east-1"), ("us-east-1", HOME)],
)
def test_one_is_taken_up_where_terraform_looks_for_it(made_in: str, written_for: str) -> None:
    arn = f"arn:aws:cloudwatch:{made_in}:123456789012:alarm:shop-alarm-domain"
    own = "aws_cloudwatch_metric_alarm.alarms_domain"
    body: Json = {"tags": {"Name": "shop-alarm-domain"}}
    if written_for != HOME:
        body["provider"] = "aws.us_east_1"
    found = addresses(
        [stranger("cloudwatch alarm", "shop-alarm-domain", arn)],
        Stack({own: Resource(own, body, "")}, {}),
    )
    assert found == [(own, "shop-alarm-domain") if made_in == written_for else ("", "")]


def test_what_comes_with_a_vpc_is_left_out() -> None:
    one, other = (stranger("ec2 security-group", name) for name in ("shop-a", "shop"))
    assert with_addresses([one, other], code(a="shop-a"), (), HOME) == [other]


IDS = [
    ("aws_subnet.network_a", f"{EC2}:subnet/subnet-1", "subnet-1"),
    ("aws_ecs_service.service_s", f"{ECS}:service/shop/api", "shop/api"),
    ("aws_ecs_task_definition.service_t", f"{ECS}:task-definition/api:1",
     f"{ECS}:task-definition/api:1"),
    ("aws_ecr_repository.registry_r",
     "arn:aws:ecr:eu-central-1:123456789012:repository/team/shop", "team/shop"),
    ("aws_cloudwatch_log_group.service_l",
     "arn:aws:logs:eu-central-1:123456789012:log-group:/shop/local", "/shop/local"),
    ("aws_s3_bucket.edge_b", "arn:aws:s3:::shop-logs", "shop-logs"),
    ("aws_route53_zone.edge_z", "arn:aws:route53:::hostedzone/Z1", "Z1"),
    ("aws_cloudwatch_event_rule.service_r",
     "arn:aws:events:eu-central-1:123456789012:rule/shop-new-password", "shop-new-password"),
    ("aws_cloudwatch_metric_alarm.alarms_a",
     "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:shop: 5xx", "shop: 5xx"),
    ("aws_sfn_state_machine.service_m",
     "arn:aws:states:eu-central-1:123456789012:stateMachine:shop-redeploy",
     "arn:aws:states:eu-central-1:123456789012:stateMachine:shop-redeploy"),
    ("aws_sns_topic.alarms_t", "arn:aws:sns:eu-central-1:123456789012:shop-alarms",
     "arn:aws:sns:eu-central-1:123456789012:shop-alarms"),
    ("aws_sqs_queue.service_q", "arn:aws:sqs:eu-central-1:123456789012:shop-dead",
     "https://sqs.eu-central-1.amazonaws.com/123456789012/shop-dead"),
    ("aws_kms_key.alarms_k", "arn:aws:kms:eu-central-1:123456789012:key/1234-5678",
     "1234-5678"),
    ("aws_ecs_capacity_provider.cluster_c", f"{ECS}:capacity-provider/shop", "shop"),
]  # fmt: skip


def test_it_is_imported_by_what_its_page_tells() -> None:
    for address, identifier, expected in IDS:
        assert import_id(address, identifier) == expected, address


NOT_TAKEN_UP = {
    # See TYPES.
    "aws_security_group",
    "aws_ssm_parameter",
    # They come with a VPC, and go with it.
    "aws_default_route_table",
    "aws_default_security_group",
    # Its ARN does not say what it scales, and that is what it is imported by.
    "aws_appautoscaling_target",
    # Of a global service, of which only hosted zones are looked for.
    "aws_budgets_budget",
    # Nor does theirs say whether they are of the way in or out.
    "aws_vpc_security_group_egress_rule",
    "aws_vpc_security_group_ingress_rule",
}


def test_whatever_the_code_tags_can_be_taken_up(composed: Callable[[str], Json]) -> None:
    job = {"command": ["./report"], "schedule": "rate(1 hour)"}
    everything = with_alarms(
        "everything", {"email": EMAIL}, jobs={"report": job}, cost={"budget_usd_per_month": 250},
        network={"endpoints": ["s3"]}, cluster={"max_size": 7},
    )  # fmt: skip
    environments = [composed(name) for name in ("local", "dev", "staging", "prod")]
    tagged = {
        type_
        for code in [*environments, compose(everything)]
        for type_, resources in code["resource"].items()
        if any("tags" in body for body in resources.values())
    }
    assert tagged - set(TYPES.values()) == NOT_TAKEN_UP
