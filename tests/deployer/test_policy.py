"""The policies: short enough, no wider than the environment, and true for each use."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from strata.deployer.policy import LONGEST, documents, fitting, unknown
from strata.deployer.table import Use, asked
from strata.documents.stacks import Stack, stack
from strata.settings import Settings, load
from strata.synthesis.synthesize import compose
from tests.deployer.authorization import Request, allowed, reference

Json = dict[str, Any]
Policies = Callable[..., list[Json]]

NAMES = ("local", "dev", "staging", "prod")
PROD = "333333333333"
REGION = "eu-central-1"


@pytest.fixture(scope="session")
def policies(composed: Callable[[str], Json]) -> Policies:
    """The policies of an environment of `envs/` for a use."""
    made: dict[tuple[str, Use], list[Json]] = {}

    def of(name: str, use: Use = Use.APPLY) -> list[Json]:
        if (name, use) not in made:
            made[name, use] = documents(load(name), stack(composed(name)), use)
        return made[name, use]

    return of


def statements(of: list[Json]) -> list[Json]:
    return [statement for document in of for statement in document["Statement"]]


def actions(of: list[Json]) -> set[str]:
    return {action for statement in statements(of) for action in statement["Action"]}


def may(of: list[Json], action: str, resource: str, **context: str) -> bool:
    keys = {key.replace("__", ":").lower(): (value,) for key, value in context.items()}
    return allowed(of, Request(action, resource, keys))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("use", Use)
def test_iam_takes_each_document(name: str, use: Use, policies: Policies) -> None:
    made = policies(name, use)
    # Ten managed policies fit on a role.
    assert 1 <= len(made) <= 5
    for document in made:
        text = json.dumps(document)
        assert sum(not character.isspace() for character in text) <= LONGEST == 6144
        assert document["Version"] == "2012-10-17"
        names = [statement["Sid"] for statement in document["Statement"]]
        assert all(one.isalnum() for one in names)
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("use", Use)
def test_only_what_works_on_no_resource_is_allowed_on_all(use: Use, policies: Policies) -> None:
    for statement in statements(policies("prod", use)):
        for action in statement["Action"]:
            service, _, name = action.partition(":")
            privilege = reference()[service]["privileges"].get(name, {"resource_types": {}})
            has_kinds = any(privilege["resource_types"])
            assert ("*" in statement["Resource"]) is not has_kinds, action


def test_no_statement_has_an_arn_that_none_of_its_actions_works_on(policies: Policies) -> None:
    for statement in statements(policies("prod")):
        arns = set(statement["Resource"])
        served = {arn for action in statement["Action"] for arn in fitting(action, arns)}
        assert served == arns
        assert all(fitting(action, arns) for action in statement["Action"])


@pytest.mark.parametrize("use", Use)
def test_statements_that_were_joined_allow_nothing_more_than_the_rows(
    use: Use, policies: Policies, composed: Callable[[str], Json]
) -> None:
    """Each action on each ARN of the policy that it works on is in a row that asks for it."""
    from strata.deployer.places import Places  # noqa: PLC0415 - of this test alone

    read, settings = stack(composed("prod")), load("prod")
    places = Places(settings, read)
    types = frozenset(
        {resource.type for resource in read.resources.values()}
        | {f"data.{resource.type}" for resource in read.data.values()}
    )
    wanted: dict[str, set[str]] = {}
    for type_, row, names in asked(types, use):
        for action in names:
            wanted.setdefault(action, set()).update(fitting(action, places.of(type_, row.on)))
    for statement in statements(policies("prod", use)):
        for action in set(statement["Action"]) - {"iam:PassRole", "iam:CreateServiceLinkedRole"}:
            assert fitting(action, statement["Resource"]) <= wanted[action], action


OF_OTHERS = [
    ("s3:DeleteBucket", "arn:aws:s3:::shop-prod-terraform-state"),
    ("s3:DeleteObject", "arn:aws:s3:::shop-prod-terraform-state/staging/network.tfstate"),
    ("s3:PutObject", "arn:aws:s3:::shop-prod-terraform-state/staging/network.tfstate"),
    ("rds:DeleteDBInstance", f"arn:aws:rds:{REGION}:{PROD}:db:shop-staging-database"),
    ("rds:DeleteDBInstance", f"arn:aws:rds:us-east-1:{PROD}:db:shop-prod-database"),
    ("ecs:UpdateService", f"arn:aws:ecs:{REGION}:{PROD}:service/shop-staging/shop-staging"),
    ("iam:PutRolePolicy", f"arn:aws:iam::{PROD}:role/OrganizationAccountAccessRole"),
    ("iam:CreateUser", f"arn:aws:iam::{PROD}:user/mallory"),
    ("iam:AttachRolePolicy", f"arn:aws:iam::{PROD}:role/shop-prod-task"),
    ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{REGION}:{PROD}:secret:other-a"),
    ("secretsmanager:DeleteSecret", f"arn:aws:secretsmanager:{REGION}:{PROD}:secret:rds!db-1"),
    ("logs:DeleteLogGroup", f"arn:aws:logs:{REGION}:{PROD}:log-group:/shop/staging/service"),
    ("route53:DeleteHostedZone", "arn:aws:route53:::hostedzone/Z1"),
    ("ec2:DeleteVpc", f"arn:aws:ec2:{REGION}:{PROD}:vpc/vpc-1"),
    ("ssm:StartSession", f"arn:aws:ec2:{REGION}:{PROD}:instance/i-1"),
    ("organizations:LeaveOrganization", "*"),
]


def test_what_is_not_of_the_environment_is_not_allowed(policies: Policies) -> None:
    for action, resource in OF_OTHERS:
        assert not may(policies("prod"), action, resource), (action, resource)


def test_what_is_of_the_environment_is_allowed_by_its_tags_or_its_name(policies: Policies) -> None:
    prod, ec2 = policies("prod"), f"arn:aws:ec2:{REGION}:{PROD}"
    ours = {"aws__ResourceTag/Project": "shop", "aws__ResourceTag/Environment": "prod"}
    assert may(prod, "ec2:DeleteVpc", f"{ec2}:vpc/vpc-1", **ours)
    theirs = {**ours, "aws__ResourceTag/Environment": "staging"}
    assert not may(prod, "ec2:DeleteVpc", f"{ec2}:vpc/vpc-1", **theirs)
    assert may(prod, "rds:DeleteDBInstance", f"arn:aws:rds:{REGION}:{PROD}:db:shop-prod-database")
    bucket = f"arn:aws:s3:::shop-prod-access-logs-{PROD}"
    assert may(prod, "s3:DeleteBucket", bucket)
    assert may(prod, "s3:PutObject", "arn:aws:s3:::shop-prod-terraform-state/prod/edge.tfstate")


def test_a_role_goes_to_the_service_that_it_trusts_and_to_no_other(policies: Policies) -> None:
    prod, roles = policies("prod"), f"arn:aws:iam::{PROD}:role/shop-prod-"
    key = "iam__PassedToService"
    taken = {
        "task": "ecs-tasks", "execution": "ecs-tasks", "instance": "ec2", "redeploy": "states",
        "password-events": "events", "vpc-flow-logs": "vpc-flow-logs",
    }  # fmt: skip
    for role, service in taken.items():
        for other in {*taken.values(), "lambda"}:
            passed = {key: f"{other}.amazonaws.com"}
            assert may(prod, "iam:PassRole", f"{roles}{role}", **passed) is (other == service)
    assert not may(prod, "iam:PassRole", f"{roles}task")


def test_service_linked_roles_are_those_of_the_services_that_are_used(policies: Policies) -> None:
    def made(name: str) -> set[str]:
        [statement] = [
            one for one in statements(policies(name)) if "CreateServiceLinkedRole" in str(one)
        ]
        services = statement["Condition"]["StringEquals"]["iam:AWSServiceName"]
        paths = {arn.split("/")[-2] for arn in statement["Resource"]}
        assert paths == set(services)
        return paths

    always = {
        "autoscaling.amazonaws.com", "ecs.amazonaws.com", "elasticache.amazonaws.com",
        "ecs.application-autoscaling.amazonaws.com", "elasticloadbalancing.amazonaws.com",
        "rds.amazonaws.com",
    }  # fmt: skip
    assert made("local") == always
    assert made("prod") == {*always, "nat-gateway.amazonaws.com"}


def test_in_a_zone_of_somebody_else_only_our_own_records_are_changed(policies: Policies) -> None:
    zone, key = (
        "arn:aws:route53:::hostedzone/Z1",
        "route53:changeresourcerecordsetsnormalizedrecordnames",
    )
    change = "route53:ChangeResourceRecordSets"

    def changed(*names: str) -> bool:
        return allowed(policies("prod"), Request(change, zone, {key: names}))

    assert changed("shop.example")
    assert changed("www.shop.example", "_0a1b2c.www.shop.example")
    assert not changed("mail.shop.example")
    assert not changed("shop.example", "mail.shop.example")
    # The zone that `dev` makes is its own: with it go all of its records.
    own = Request(change, zone, {key: ("anything.example",)})
    assert allowed(policies("dev"), own)


@pytest.mark.parametrize("name", NAMES)
def test_the_policy_of_a_plan_only_reads(name: str, policies: Policies) -> None:
    for action in actions(policies(name, Use.PLAN)) - {"freetier:GetAccountPlanState"}:
        service, _, operation = action.partition(":")
        level = reference()[service]["privileges"][operation]["access_level"]
        assert level in ("Read", "List"), action


def test_the_policy_of_a_release_changes_the_service_and_nothing_below_it(
    policies: Policies,
) -> None:
    release = policies("prod", Use.RELEASE)
    writes = {
        action
        for action in actions(release)
        for service, _, name in [action.partition(":")]
        if reference()[service]["privileges"][name]["access_level"] not in ("Read", "List")
    }
    assert writes == {
        "ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
        "ecs:DeregisterTaskDefinition", "ecs:ExecuteCommand", "ecs:RegisterTaskDefinition",
        "ecs:RunTask", "ecs:TagResource", "ecs:UpdateService",
        "elasticache:ModifyReplicationGroup", "iam:PassRole",
        "s3:DeleteObject", "s3:PutObject",
        "secretsmanager:CreateSecret", "secretsmanager:PutSecretValue",
        "secretsmanager:RotateSecret", "secretsmanager:TagResource", "secretsmanager:UpdateSecret",
        "secretsmanager:UpdateSecretVersionStage",
        "ssm:AddTagsToResource", "ssm:PutParameter", "ssm:StartSession",
    }  # fmt: skip
    roles = [one["Resource"] for one in statements(release) if "iam:PassRole" in one["Action"]]
    assert roles == [[f"arn:aws:iam::{PROD}:role/shop-prod-{one}" for one in ("execution", "task")]]


def test_each_policy_is_part_of_the_one_to_apply(policies: Policies) -> None:
    for use in (Use.PLAN, Use.RELEASE):
        assert actions(policies("prod", use)) < actions(policies("prod"))


def test_what_the_settings_leave_out_asks_nothing(policies: Policies) -> None:
    assert "ec2:CreateNatGateway" in actions(policies("prod"))
    for missing in ("ec2:CreateNatGateway", "s3:DeleteBucketPolicy", "cloudwatch:PutDashboard"):
        assert missing not in actions(policies("local"))


def a_stack(**resources: Json) -> Stack:
    return stack({"resource": {type_: {"one": body} for type_, body in resources.items()}})


def test_a_statement_that_no_policy_holds_is_divided() -> None:
    """Many queues of a team, each with a name of its own: their ARNs alone are longer."""
    queues = {f"q{number}": {"name": f"{'q' * 40}-{number}"} for number in range(150)}
    read = stack({"resource": {"aws_sqs_queue": queues}})
    made = documents(load("local"), read, Use.APPLY)
    assert all(len(json.dumps(one, separators=(",", ":"))) <= LONGEST for one in made)
    queue = f"arn:aws:sqs:{REGION}:123456789012:{'q' * 40}-149"
    for action in ("sqs:CreateQueue", "sqs:DeleteQueue", "sqs:GetQueueAttributes"):
        assert may(made, action, queue)


def test_a_team_s_own_resource_is_covered_or_named() -> None:
    read = a_stack(
        aws_dynamodb_table={"name": "shop-local-carts"}, aws_kinesis_stream={"name": "clicks"}
    )
    assert unknown(read) == ["aws_kinesis_stream"]
    made = documents(load("local"), read, Use.APPLY)
    table = f"arn:aws:dynamodb:{REGION}:123456789012:table/shop-local-carts"
    assert may(made, "dynamodb:DeleteTable", table)
    assert not may(made, "dynamodb:DeleteTable", f"{table.rpartition('/')[0]}/theirs")


def test_a_name_that_is_known_after_the_apply_leaves_the_kind_open() -> None:
    read = a_stack(aws_sqs_queue={"name": "${aws_vpc.x.id}"})
    made = documents(load("local"), read, Use.APPLY)
    assert may(made, "sqs:DeleteQueue", f"arn:aws:sqs:{REGION}:123456789012:any")


def test_a_long_name_that_was_shortened_is_in_the_policy_as_it_is(
    vary: Callable[..., Json],
) -> None:
    project = "a-rather-long-project-of-ours"
    composed = vary(environment={"project": project, "state_bucket": "x-state"})
    data = load("local").model_dump()
    data["environment"].update({"project": project, "state_bucket": "x-state"})
    made = documents(Settings.model_validate(data), stack(composed), Use.APPLY)
    [balancer] = composed["resource"]["aws_lb"].values()
    assert not balancer["name"].startswith(f"{project}-local-")
    kind = f"arn:aws:elasticloadbalancing:{REGION}:123456789012:loadbalancer/app"
    assert may(made, "elasticloadbalancing:DeleteLoadBalancer", f"{kind}/{balancer['name']}/0")


def test_jobs_and_the_webhook_of_the_settings_bring_what_they_need(
    composed: Callable[[str], Json],
) -> None:
    secret = f"arn:aws:secretsmanager:{REGION}:123456789012:secret:hook-abcdef"
    sections: Json = {
        "jobs": {"nightly": {"schedule": "rate(1 day)", "command": ["npm", "run", "nightly"]}},
        "notify": {"webhook_secret": secret},
    }
    data = {**load("local").model_dump(by_alias=True), **sections}
    settings = Settings.model_validate(data)
    read = stack(compose(settings))
    made = documents(settings, read, Use.APPLY)
    [schedule] = read.of("aws_scheduler_schedule_group")
    kind = f"arn:aws:scheduler:{REGION}:123456789012:schedule"
    assert may(made, "scheduler:CreateSchedule", f"{kind}/{schedule.body['name']}/nightly")
    assert not may(made, "scheduler:CreateSchedule", f"{kind}/default/nightly")
    role = "arn:aws:iam::123456789012:role/shop-local-jobs"
    assert may(made, "iam:PassRole", role, iam__PassedToService="scheduler.amazonaws.com")
    assert not may(made, "iam:PassRole", role, iam__PassedToService="ecs-tasks.amazonaws.com")
    release = documents(settings, read, Use.RELEASE)
    assert may(release, "secretsmanager:GetSecretValue", secret)
    without = documents(load("local"), stack(composed("local")), Use.RELEASE)
    assert not may(without, "secretsmanager:GetSecretValue", secret)
