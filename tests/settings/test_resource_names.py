"""Every name that a resource gets is in the table, and what AWS refuses as a name is refused."""

import copy
import re
from functools import cache
from typing import Any

import botocore.session
import pytest
from botocore.model import ServiceModel
from botocore.session import Session
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from strata.documents.stacks import blocks
from strata.settings import mysql
from strata.settings import resource_names as table
from strata.settings.load import judge
from strata.settings.models import Settings
from strata.settings.resource_names import Rule, derived, shorten
from strata.synthesis.synthesize import compose
from tests.characters import ENCODED
from tests.drawn import drawn
from tests.settings.test_types import WHOLE

Json = dict[str, Any]

NAME = st.from_regex(r"[a-z][a-z0-9]{0,7}(-[a-z0-9]{1,9}){0,3}", fullmatch=True, alphabet=ENCODED)
LONG = st.from_regex(r"[a-z][a-z0-9]{18}-[a-z0-9]{20}", fullmatch=True, alphabet=ENCODED)


def whole(**sections: Json) -> Json:
    data = copy.deepcopy(WHOLE)
    for name, values in sections.items():
        data[name].update(values)
    return data


NAME_LIKE = re.compile(r"(^|_)(name|name_prefix|identifier|bucket|family|group_id|username)$")
NO_NAMES_OF_OURS = {
    # A policy within a role, the same in every environment.
    ("aws_iam_role_policy", "name"),
    ("aws_db_instance", "db_subnet_group_name"),
    # Of AWS's: a metric, a service, a parameter group's engine.
    ("aws_cloudwatch_metric_alarm", "metric_name"),
    ("aws_db_parameter_group", "family"),
    ("aws_elasticache_parameter_group", "family"),
}


def names_in(document: Json) -> set[tuple[str, str, str]]:
    """Type, argument and value of every name that the JSON gives, references left out."""
    return {
        (address.split(".")[0], argument, value)
        for address, body in blocks(document).items()
        for argument, value in body.items()
        if NAME_LIKE.search(argument)
        and isinstance(value, str)
        and "${" not in value
        and (address.split(".")[0], argument) not in NO_NAMES_OF_OURS
    }


@hypothesis_settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    project=st.one_of(NAME, LONG),
    name=st.one_of(NAME, LONG),
    more=st.booleans(),
    repository=st.sampled_from(["", "shop/api"]),
)
def test_the_table_holds_every_name_of_the_json(
    project: str, name: str, more: bool, repository: str
) -> None:
    data = whole(
        environment={"project": project, "name": name},
        registry={"repository": repository},
        edge={"access_logs": more, "zone": "create" if more else "existing"},
        cluster={"key_pair": "shop"},
        database={"final_snapshot": more, **({"app_user": {}} if more else {})},
        cache={"auth": more},
    )
    settings = Settings.model_validate(data)
    told = {(one.type, one.argument, one.name) for one in derived(settings)}
    assert names_in(compose(settings)) == {one for one in told if one[0] != "terraform"}


@given(project=st.one_of(NAME, LONG), name=st.one_of(NAME, LONG))
@hypothesis_settings(deadline=None, derandomize=True)
def test_what_is_accepted_has_names_that_aws_takes(project: str, name: str) -> None:
    data = whole(environment={"project": project, "name": name})
    names = list(derived(Settings.model_validate(data)))
    assert len(names) == len({(one.type, one.argument, one.name) for one in names})
    wrong = [one for one in names if one.rule.wrong(one.name)]
    problems = judge(data)[1]
    assert bool(problems) is bool(wrong)
    assert {problem.key for problem in problems} <= {("environment", "project")}


REFUSED: list[tuple[str, str, str, str]] = [
    # section, key, value, words that must stand in the message
    *[
        ("environment", "project", value, f"a capacity provider, {value}-prod-instances")
        for value in ("aws", "aws-shop", "awsome", "ecs", "ecs-shop", "ecs1", "fargate", "fargate2")
    ],
    ("environment", "project", "aws", "CreateCapacityProvider"),
    *[
        ("environment", "project", value, f"a parameter, /{value}/prod/image/")
        for value in ("ssm", "ssm-shop", "ssms")
    ],
    ("environment", "project", "ssm", "PutParameter"),
    ("environment", "project", "internal", "a load balancer, internal-prod-web"),
    ("environment", "project", "internal-shop", "internal-"),
    ("environment", "project", "sg", "a security group, sg-prod-load-balancer"),
    ("environment", "project", "sg-shop", "CreateSecurityGroup"),
    ("environment", "project", "sthree-shop", "sthree-shop-prod-access-logs-333333333333"),
    ("environment", "project", "amzn-s3-demo", "amzn-s3-demo-"),
    ("environment", "state_bucket", "xn--state", "begins with xn--"),
    ("environment", "state_bucket", "sthree-state", "begins with sthree-"),
    ("environment", "state_bucket", "amzn-s3-demo-state", "begins with amzn-s3-demo-"),
    ("environment", "state_bucket", "state-s3alias", "ends with -s3alias"),
    ("environment", "state_bucket", "state--ol-s3", "ends with --ol-s3"),
    ("environment", "state_bucket", "state--x-s3", "ends with --x-s3"),
    ("environment", "state_bucket", "state--table-s3", "ends with --table-s3"),
    ("environment", "state_bucket", "state-333333333333-eu-central-1-an", "ends with -an"),
    ("environment", "state_bucket", "state.mrap", "lower-case letters, digits and hyphens"),
    ("environment", "state_bucket", "192.168.5.4", "lower-case letters, digits and hyphens"),
    ("environment", "state_bucket", "ab", "3 to 63"),
    ("environment", "state_bucket", "a" * 64, "3 to 63"),
    ("environment", "state_bucket", "-state", "at both ends"),
    *[
        ("database", "name", value, "reserved")
        for value in (
            "mysql", "information_schema", "performance_schema", "sys", "SYS", "innodb", "tmp",
            "order", "Groups", "rank", "system", "database", "schema", "key", "table", "manual",
        )
    ],
    ("database", "name", "1shop", "beginning with a letter"),
    ("database", "name", "my-shop", "underscores"),
    ("database", "name", "", "1 to 64"),
    ("database", "name", "s" * 65, "1 to 64"),
    *[
        ("database", "username", value, "reserved")
        for value in ("rdsadmin", "RDSADMIN", "rdsrepladmin", "mysql", "sys", "select", "group")
    ],
    ("database", "username", "shop-admin", "underscores"),
    ("database", "username", "u" * 17, "1 to 16"),
    ("database", "username", "", "1 to 16"),
    ("registry", "repository", "Shop", "such as shop/api"),
    ("registry", "repository", "shop/", "such as shop/api"),
    ("registry", "repository", "r" * 257, "2 to 256"),
    ("registry", "repository", "/".join("a" * 12), "at most 10 / between"),
    ("cluster", "key_pair", "schlüssel", "ASCII"),
    ("cluster", "key_pair", "", "1 to 255"),
    ("cluster", "key_pair", "shop ", "no space at the ends"),
]  # fmt: skip


def test_a_name_that_aws_refuses_is_named() -> None:
    for section, key, value, words in REFUSED:
        case = f"{section}.{key} = {value}"
        problems = judge(whole(**{section: {key: value}}))[1]
        assert [one.key for one in problems] == [(section, key)], case
        right = problems[0].right
        assert words in f"{problems[0].wrong} | {right}", case
        assert "reference" in right.lower() or "guide" in right.lower(), case


TAKEN: list[tuple[str, str, str]] = [
    ("environment", "project", "my-aws-shop"),
    ("environment", "project", "internals"),
    ("environment", "project", "sgx"),
    ("environment", "project", "my-ssm"),
    ("environment", "project", "sthreex"),
    ("environment", "state_bucket", "shop-state-fan"),
    ("database", "name", "shop_1"),
    ("database", "name", "orders"),
    ("database", "username", "admin"),
    ("database", "username", "root"),
    ("registry", "repository", "team/shop_api.v2"),
    ("cluster", "key_pair", "shop key (old)"),
]


def test_a_name_that_aws_takes_passes() -> None:
    for section, key, value in TAKEN:
        case = f"{section}.{key} = {value}"
        assert judge(whole(**{section: {key: value}}))[1] == [], case


def test_a_project_that_is_no_name_is_told_once() -> None:
    problems = judge(whole(environment={"project": "AWS_shop"}))[1]
    assert [one.key for one in problems] == [("environment", "project")]


def test_a_step_cannot_be_called_as_an_alarm_of_the_environment() -> None:
    step = {**WHOLE["service"]["scaling"]["steps"][0], "name": "alarm-latency"}
    data = copy.deepcopy(WHOLE)
    data["service"]["scaling"]["steps"] = [step]
    assert judge(data)[1] == []
    [problem] = judge({**data, "alarms": {"email": "a@shop.example"}})[1]
    assert problem.key == ("service", "scaling", "steps", 0, "name")
    assert "a second time, shop-prod-alarm-latency" in problem.wrong


@pytest.mark.parametrize("tag", ["a+b", "a b", "t" * 129, ""])
def test_an_image_tag_that_is_none_is_no_fault_of_the_project(tag: str) -> None:
    problems = judge(whole(service={"image_tag": tag}))[1]
    assert [one.key for one in problems] == [("service", "image_tag")]


MODELS: list[tuple[Rule, str, str, str, tuple[str, ...]]] = [
    # rule, service, operation, argument, what its text must say of reserved beginnings
    (table.SECURITY_GROUP, "ec2", "CreateSecurityGroup", "GroupName", ("sg-",)),
    (table.LOAD_BALANCER, "elbv2", "CreateLoadBalancer", "Name", ("internal-", "32")),
    (table.TARGET_GROUP, "elbv2", "CreateTargetGroup", "Name", ("32",)),
    (
        table.CAPACITY_PROVIDER, "ecs", "CreateCapacityProvider", "name",
        ('"aws"', '"ecs"', '"fargate"', "255"),
    ),
    (table.ECS, "ecs", "CreateCluster", "clusterName", ("255",)),
    (table.ECS, "ecs", "CreateService", "serviceName", ("255",)),
    (table.ECS, "ecs", "RegisterTaskDefinition", "family", ("255",)),
    (table.REPOSITORY, "ecr", "CreateRepository", "repositoryName", ()),
    (table.DATABASE, "rds", "CreateDBInstance", "DBInstanceIdentifier", ("1 to 63", "hyphen")),
    (table.SCHEMA, "rds", "CreateDBInstance", "DBName", ("1 to 64", "reserved")),
    (table.MASTER_USER, "rds", "CreateDBInstance", "MasterUsername", ("1 to 16", "reserved")),
    (table.DATABASE_SUBNETS, "rds", "CreateDBSubnetGroup", "DBSubnetGroupName", ("default", "255")),
    (table.DATABASE_PARAMETERS, "rds", "CreateDBParameterGroup", "DBParameterGroupName", ("255",)),
    (table.SNAPSHOT, "rds", "DeleteDBInstance", "FinalDBSnapshotIdentifier", ("1 to 255",)),
    (
        table.REPLICATION_GROUP, "elasticache", "CreateReplicationGroup", "ReplicationGroupId",
        ("1 to 40", "two consecutive hyphens"),
    ),
    (table.CACHE_GROUP, "elasticache", "CreateCacheSubnetGroup", "CacheSubnetGroupName", ("255",)),
    (table.SECRET, "secretsmanager", "CreateSecret", "Name", ("/_+=.@-",)),
    (table.LOG_GROUP, "logs", "CreateLogGroup", "logGroupName", ()),
    (table.ROLE, "iam", "CreateRole", "RoleName", ()),
    (table.INSTANCE_PROFILE, "iam", "CreateInstanceProfile", "InstanceProfileName", ()),
    (table.LAUNCH_TEMPLATE, "ec2", "CreateLaunchTemplate", "LaunchTemplateName", ()),
    (
        table.AUTO_SCALING_GROUP, "autoscaling", "CreateAutoScalingGroup", "AutoScalingGroupName",
        ("colon", "33 to 126"),
    ),
    (table.SCALING_POLICY, "application-autoscaling", "PutScalingPolicy", "PolicyName", ()),
    (
        table.SCHEDULED_ACTION, "application-autoscaling", "PutScheduledAction",
        "ScheduledActionName", (),
    ),
    (table.ALARM, "cloudwatch", "PutMetricAlarm", "AlarmName", ()),
    (table.PARAMETER, "ssm", "PutParameter", "Name", ('"aws" or "ssm"', "1011")),
    (table.KEY_PAIR, "ec2", "CreateKeyPair", "KeyName", ("255",)),
    (table.HOST, "acm", "RequestCertificate", "DomainName", ()),
]  # fmt: skip


@cache
def session() -> Session:
    return botocore.session.get_session()


@cache
def model_of(service: str) -> ServiceModel:
    return session().get_service_model(service)


def names_of(rule: Rule) -> st.SearchStrategy[str]:
    """Names that the rule takes; the shortest and longest lengths are among them."""
    names = st.from_regex(rule.pattern, fullmatch=True, alphabet=ENCODED)
    return names.filter(lambda name: not rule.wrong(name))


@pytest.mark.parametrize(
    ("rule", "service", "operation", "argument", "said"),
    MODELS,
    ids=[f"{one[2]}.{one[3]}" for one in MODELS],
)
def test_a_rule_takes_nothing_that_the_model_of_the_api_refuses(
    rule: Rule, service: str, operation: str, argument: str, said: tuple[str, ...]
) -> None:
    request = model_of(service).operation_model(operation).input_shape
    assert request is not None
    shape = request.members[argument]
    for words in said:
        assert words in re.sub("<[^>]+>", "", shape.documentation), shape.documentation
    least, most = shape.metadata.get("min", 1), shape.metadata.get("max", 10**6)
    assert rule.lengths[0] >= least
    assert rule.lengths[-1] <= most
    pattern = shape.metadata.get("pattern", ".*").replace(r"\p{Print}", "[ -~]")
    if r"\uD800\uDC00" in pattern:
        # A pattern of UTF-16 halves, which takes all that is no control character.
        pattern = r"[^\x00-\x08]*"

    @hypothesis_settings(
        max_examples=drawn(40),
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(names_of(rule))
    def holds(name: str) -> None:
        if rule is not table.HOST:  # The rule of the edge's own section is narrower.
            assert re.fullmatch(pattern, name), name

    holds()


def test_reserved_words_of_mysql_are_those_of_each_version() -> None:
    words = mysql.RESERVED_WORDS
    assert {"select", "lateral", "system", "groups", "cume_dist", "row_number"} <= words
    # New in 8.4, and gone with it.
    assert {"manual", "parallel", "qualify", "tablesample", "master_bind"} <= words
    assert not {"user", "admin", "status", "name", "shop", "orders", "cache", "role"} & words
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", word) for word in words)


def test_the_longest_names_still_end_as_aws_wants_it() -> None:
    for limit in (32, 40, 63, 64):
        for length in range(limit - 8, limit + 8):
            name = shorten("a" * 5 + "-b" * (length // 2), limit)
            assert len(name) <= limit
            assert not name.endswith("-")
            assert "--" not in name
