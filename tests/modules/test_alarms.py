"""The layer `alarms`: what it builds, and what the gate, the map and the cost make of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from strata.cost.estimate import Estimate, estimate
from strata.cost.prices import shipped
from strata.cost.resources import of_plan, of_stack
from strata.deployer.policy import documents, fitting
from strata.deployer.table import Use
from strata.documents.layers import LAYERS, needs, standing
from strata.documents.stacks import blocks, stack
from strata.gate.report import Report
from strata.map.write import drawn
from strata.settings import Settings, load
from strata.settings.alarm_defaults import NAMES
from strata.settings.alarms import chosen
from strata.settings.load import judge
from strata.settings.resource_names import alarm_prefix
from strata.synthesis.synthesize import synthesize
from tests.composing import compose, verdict

Json = dict[str, Any]

EMAIL = "oncall@shop.example"
TOPIC_ARN = "arn:aws:sns:eu-central-1:123456789012:oncall"
ALARM = "aws_cloudwatch_metric_alarm"
TOPIC, KEY = "aws_sns_topic.alarms_topic", "aws_kms_key.alarms_topic_key"
EASTERN, EASTERN_ARN = (
    "aws_sns_topic.alarms_us_east_1_topic", "arn:aws:sns:us-east-1:123456789012:oncall-domain"
)  # fmt: skip


def with_alarms(name: str, alarms: Json, **sections: Json) -> Settings:
    """`local` under another name, with alarms."""
    data = load("local").model_dump(exclude_none=True, by_alias=True)
    data["environment"]["name"] = name
    for section, values in sections.items():
        data[section] = {**data.get(section, {}), **values}
    found, problems = judge({**data, "alarms": alarms})
    assert found, problems
    assert not problems
    return found


MAILED = with_alarms("mailed", {"email": EMAIL}, cost={"budget_usd_per_month": 250})
TOLD = with_alarms(
    "told",
    {"topic": TOPIC_ARN, "domain_topic": EASTERN_ARN,
     "off": ["latency", "deployment", "dashboard"],
     "thresholds": {"target-5xx": 20}},
    cost={"budget_usd_per_month": 1_234_567.5}, cache={"replicas": 2, "automatic_failover": True},
)  # fmt: skip
EAST: Json = {
    "environment": {"region": "us-east-1"},
    "network": {"availability_zones": ["us-east-1a", "us-east-1b", "us-east-1c"]},
}
"""Where CloudWatch has the metrics of health checks."""

NAMED = with_alarms(
    "named", {"email": EMAIL, "off": [one for one in NAMES if one != "domain"]}, **EAST,
    edge={"record_name": "api.local.shop.example", "health_check_path": "/healthz"},
)  # fmt: skip


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All, synthesized at once."""
    folder = tmp_path_factory.mktemp("alarms")
    synthesize([MAILED, TOLD, NAMED], folder)
    return folder


@pytest.fixture
def composed_of(out: Path) -> Callable[[str], Json]:
    def read(name: str) -> Json:
        return dict(json.loads((out / "composed" / name / "cdk.tf.json").read_text()))

    return read


def names_of(resources: dict[str, Json]) -> set[str]:
    return {body["alarm_name"] for body in resources.values() if "alarm_name" in body}


def test_it_is_applied_last(out: Path) -> None:
    found = standing(out / "stacks", "mailed")
    assert found == [*LAYERS, "alarms"]
    assert "service" in needs(found)["alarms"]
    assert all("alarms" not in needed for needed in needs(found).values())
    document = json.loads((out / "stacks" / "mailed-alarms" / "cdk.tf.json").read_text())
    sources = document["data"]["terraform_remote_state"]
    read = {source["config"]["key"].split("/")[1] for source in sources.values()}
    assert read <= {f"{layer}.tfstate" for layer in needs(found)["alarms"]}


def test_each_chosen_alarm_is_built_as_its_figures_say(
    composed_of: Callable[[str], Json],
) -> None:
    resources = blocks(composed_of("mailed"))
    prefix = alarm_prefix(MAILED.environment)
    for name, default in chosen(MAILED).items():
        suffix = "-001" if default.subject == "cache node" else ""
        address = f"{ALARM}.alarms_{name}{suffix}".replace("-", "_")
        body = resources[address]
        assert body["alarm_name"] == f"{prefix}{name}{suffix}"
        assert (body["namespace"], body["metric_name"]) == (default.namespace, default.metric)
        assert body["threshold"] == default.in_metric_units
        assert (body["evaluation_periods"], body["datapoints_to_alarm"], body["period"]) == (
            default.periods, default.datapoints, default.period
        )  # fmt: skip
        assert body["treat_missing_data"] == default.missing
        assert default.reason in body["alarm_description"]
        assert body.get("extended_statistic") == ("p99" if name == "latency" else None)
        assert body["alarm_actions"] == body["ok_actions"]
        topic = EASTERN if name == "domain" else TOPIC
        assert body["alarm_actions"] == [f"${{{topic}.arn}}"]
    assert len(names_of(resources)) == len(chosen(MAILED))


def test_each_alarm_watches_a_resource_of_this_environment(
    composed_of: Callable[[str], Json],
) -> None:
    read = stack(composed_of("mailed"))
    targets = {
        address.removeprefix(f"{ALARM}.alarms_"): {
            one.type for one in read.targets(resource.body["dimensions"])
        }
        for address, resource in read.resources.items()
        if address.startswith(f"{ALARM}.alarms_")
    }
    assert targets["load_balancer_5xx"] == {"aws_lb"}
    assert targets["latency"] == {"aws_lb", "aws_lb_target_group"}
    assert targets["service_cpu"] == {"aws_ecs_cluster_capacity_providers", "aws_ecs_service"}
    assert targets["instance_credits"] == {"aws_autoscaling_group"}
    assert targets["database_storage"] == {"aws_db_instance"}
    assert targets["cache_evictions_001"] == {"aws_elasticache_replication_group"}
    assert targets["certificate"] == {"aws_acm_certificate_validation"}
    assert all(targets.values())


def test_what_is_off_is_not_there_and_a_threshold_is_the_users(
    composed_of: Callable[[str], Json],
) -> None:
    resources = blocks(composed_of("told"))
    types = {address.partition(".")[0] for address in resources if ".alarms_" in address}
    assert f"{ALARM}.alarms_latency" not in resources
    assert not types & {
        "aws_cloudwatch_event_rule", "aws_cloudwatch_event_target", "aws_cloudwatch_dashboard",
        "aws_sns_topic", "aws_sns_topic_subscription", "aws_kms_key",
    }  # fmt: skip
    assert resources[f"{ALARM}.alarms_target_5xx"]["threshold"] == 20
    assert resources[f"{ALARM}.alarms_target_5xx"]["alarm_actions"] == [
        "${data.aws_sns_topic.alarms_topic.arn}"
    ]
    assert resources[f"{ALARM}.alarms_domain"]["alarm_actions"] == [
        "${data.aws_sns_topic.alarms_us_east_1_topic.arn}"
    ]
    budget = resources["aws_budgets_budget.alarms_budget"]
    assert all("subscriber_sns_topic_arns" in one for one in budget["notification"])
    assert budget["limit_amount"] == "1234567.5", "AWS Budgets takes no exponent"


def test_each_node_of_redis_has_its_alarms(composed_of: Callable[[str], Json]) -> None:
    prefix = alarm_prefix(TOLD.environment)
    found = {
        name.removeprefix(prefix)
        for name in names_of(blocks(composed_of("told")))
        if "evictions" in name
    }
    assert found == {f"cache-evictions-{number}" for number in ("001", "002", "003")}


def test_the_topic_is_encrypted_and_cloudwatch_and_eventbridge_may_publish(
    composed_of: Callable[[str], Json],
) -> None:
    resources = blocks(composed_of("mailed"))
    assert resources[TOPIC]["kms_master_key_id"] == f"${{{KEY}.arn}}"
    assert resources[KEY]["enable_key_rotation"] is True
    services = ["cloudwatch.amazonaws.com", "events.amazonaws.com"]
    key = json.loads(resources[KEY]["policy"])["Statement"][1]
    assert key["Principal"]["Service"] == services
    assert key["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    (topic,) = json.loads(resources[TOPIC]["policy"])["Statement"]
    assert topic["Resource"] == "arn:aws:sns:eu-central-1:123456789012:shop-mailed-alarms"
    assert resources[TOPIC]["name"] == "shop-mailed-alarms"
    assert (topic["Action"], topic["Principal"]["Service"]) == ("sns:Publish", services)
    assert topic["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    mail = resources["aws_sns_topic_subscription.alarms_email"]
    assert (mail["protocol"], mail["endpoint"]) == ("email", EMAIL)


def test_the_domain_is_asked_for_from_outside_as_the_load_balancer_asks(
    composed_of: Callable[[str], Json],
) -> None:
    resources = blocks(composed_of("named"))
    check = {
        key: value
        for key, value in resources["aws_route53_health_check.alarms_domain_check"].items()
        if key not in ("//", "tags")
    }
    assert check == {
        "type": "HTTPS", "fqdn": "api.local.shop.example", "port": 443, "enable_sni": True,
        "resource_path": "/healthz", "request_interval": 30, "failure_threshold": 3,
    }  # fmt: skip
    alarm = resources[f"{ALARM}.alarms_domain"]
    assert alarm["dimensions"] == {
        "HealthCheckId": "${aws_route53_health_check.alarms_domain_check.id}"
    }


def in_us_east_1(document: Json) -> set[str]:
    """The addresses of what names the second configuration of the provider."""
    return {
        address if kind == "resource" else f"data.{address}"
        for kind in ("resource", "data")
        for address, body in blocks(document, kind).items()
        if body.get("provider") == "aws.us_east_1"
    }


def stacks_of(out: Path, name: str) -> dict[str, Json]:
    """The composed stack, under an empty name, and each layer's."""
    files = {"": out / "composed" / name / "cdk.tf.json"}
    files |= {layer: out / "stacks" / f"{name}-{layer}" / "cdk.tf.json"
              for layer in standing(out / "stacks", name)}  # fmt: skip
    return {layer: json.loads(file.read_text()) for layer, file in files.items()}


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("mailed", {EASTERN, "aws_kms_key.alarms_us_east_1_topic_key", f"{ALARM}.alarms_domain",
                    "aws_sns_topic_subscription.alarms_us_east_1_email"}),
        ("told", {"data.aws_sns_topic.alarms_us_east_1_topic", f"{ALARM}.alarms_domain"}),
    ],
)  # fmt: skip
def test_elsewhere_the_alarm_on_the_domain_and_its_topic_are_where_its_metric_is(
    out: Path, name: str, there: set[str]
) -> None:
    for layer, document in stacks_of(out, name).items():
        (own, *others) = document["provider"]["aws"]
        if layer in ("", "alarms"):
            assert in_us_east_1(document) == there
            assert others == [{**own, "alias": "us_east_1", "region": "us-east-1"}]
            # Route 53 is in no region.
            assert (
                "provider" not in blocks(document)["aws_route53_health_check.alarms_domain_check"]
            )
        else:
            assert in_us_east_1(document) == set()
            assert others == []


def test_the_topic_of_the_domain_lets_cloudwatch_publish_and_mails_the_address(
    composed_of: Callable[[str], Json],
) -> None:
    resources = blocks(composed_of("mailed"))
    topic = resources[EASTERN]
    assert topic["name"] == "shop-mailed-domain-alarm"
    assert topic["kms_master_key_id"] == "${aws_kms_key.alarms_us_east_1_topic_key.arn}"
    (says,) = json.loads(topic["policy"])["Statement"]
    assert says["Resource"] == "arn:aws:sns:us-east-1:123456789012:shop-mailed-domain-alarm"
    assert says["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    key = json.loads(resources["aws_kms_key.alarms_us_east_1_topic_key"]["policy"])["Statement"][1]
    assert key["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    mail = resources["aws_sns_topic_subscription.alarms_us_east_1_email"]
    assert (mail["topic_arn"], mail["endpoint"]) == (f"${{{EASTERN}.arn}}", EMAIL)


def test_in_us_east_1_one_topic_and_one_configuration_serve_all(out: Path) -> None:
    for document in stacks_of(out, "named").values():
        assert [one["region"] for one in document["provider"]["aws"]] == ["us-east-1"]
        assert in_us_east_1(document) == set()
    resources = blocks(stacks_of(out, "named")[""])
    assert [one for one in resources if one.startswith("aws_sns_topic.")] == [TOPIC]
    assert resources[f"{ALARM}.alarms_domain"]["alarm_actions"] == [f"${{{TOPIC}.arn}}"]


def test_what_was_made_in_us_east_1_can_be_deleted_when_the_alarm_is_off() -> None:
    """Terraform deletes nothing whose configuration of the provider is gone."""
    off = MAILED.alarms.model_copy(update={"off": ["domain"]}) if MAILED.alarms else None
    document = compose(MAILED.model_copy(update={"alarms": off}))
    assert [one["region"] for one in document["provider"]["aws"]] == ["eu-central-1", "us-east-1"]
    assert in_us_east_1(document) == set()


def test_the_domain_is_only_connected_to_where_route_53_takes_good_answers_for_bad() -> None:
    given = NAMED.edge.model_copy(update={"health_check_matcher": "200-499"})
    found = blocks(compose(NAMED.model_copy(update={"edge": given})))
    check = found["aws_route53_health_check.alarms_domain_check"]
    assert (check["type"], check["port"], check["fqdn"]) == ("TCP", 443, "api.local.shop.example")
    assert not {"resource_path", "enable_sni"} & check.keys()


def test_a_health_check_costs_what_its_kind_does(composed_of: Callable[[str], Json]) -> None:
    lines = cost_of(composed_of("named"), NAMED).lines
    found = {one.item: one.usd.desired for one in lines if "domain_check" in one.resource}
    assert found == {"route53/health-check": 0.5, "route53/health-check-option": 1.0}


def test_a_failed_deployment_of_this_service_is_an_event(
    composed_of: Callable[[str], Json],
) -> None:
    resources = blocks(composed_of("mailed"))
    pattern = json.loads(resources["aws_cloudwatch_event_rule.alarms_deployment"]["event_pattern"])
    assert pattern["detail"] == {"eventName": ["SERVICE_DEPLOYMENT_FAILED"]}
    (service,) = pattern["resources"]
    assert service.startswith("arn:aws:ecs:eu-central-1:123456789012:service/")
    assert service.endswith("/${aws_ecs_service.service_service.name}")
    target = resources["aws_cloudwatch_event_target.alarms_deployment_target"]
    assert target["arn"] == "${aws_sns_topic.alarms_topic.arn}"


def test_the_budget_tells_the_address_before_it_is_spent(
    composed_of: Callable[[str], Json],
) -> None:
    budget = blocks(composed_of("mailed"))["aws_budgets_budget.alarms_budget"]
    assert (budget["limit_amount"], budget["limit_unit"]) == ("250", "USD")
    assert [(one["notification_type"], one["threshold"]) for one in budget["notification"]] == [
        ("ACTUAL", 80), ("FORECASTED", 100)
    ]  # fmt: skip
    assert all(one["subscriber_email_addresses"] == [EMAIL] for one in budget["notification"])


def test_the_dashboard_shows_each_metric_with_its_threshold(
    composed_of: Callable[[str], Json],
) -> None:
    dashboard = blocks(composed_of("mailed"))["aws_cloudwatch_dashboard.alarms_dashboard"]
    widgets = json.loads(dashboard["dashboard_body"])["widgets"]
    assert {one["properties"]["title"]: one["properties"]["annotations"]["horizontal"][0]["value"]
            for one in widgets} == {
        name: default.in_metric_units for name, default in chosen(MAILED).items()
    }  # fmt: skip
    regions = {one["properties"]["title"]: one["properties"]["region"] for one in widgets}
    assert regions.pop("domain") == "us-east-1"
    assert set(regions.values()) == {"eu-central-1"}
    places = {(one["x"], one["y"]) for one in widgets}
    assert len(places) == len(widgets)
    assert all(one["x"] + one["width"] <= 24 for one in widgets)


@pytest.fixture(scope="module")
def report(out: Path) -> Report:
    """Of the gate, on all of them at once."""
    return verdict(out, MAILED, TOLD, NAMED)


@pytest.mark.parametrize("name", ["mailed", "told", "named"])
def test_the_gate_finds_nothing_in_it(name: str, report: Report) -> None:
    assert name in report.environments
    assert [found for found in report.findings if name in found.environments] == []
    assert report.unjudged == []


def cost_of(composed: Json, settings: Settings) -> Estimate:
    return estimate(of_stack(stack(composed)), settings, shipped())


def test_its_cost_is_a_dime_an_alarm_and_a_dollar_for_the_key(
    composed_of: Callable[[str], Json], composed: Callable[[str], Json]
) -> None:
    cost = cost_of(composed_of("mailed"), MAILED)
    # A key for each of the two topics, and the health check, which asks by HTTPS.
    assert cost.layers["alarms"].desired == pytest.approx(0.10 * len(chosen(MAILED)) + 2.00 + 1.50)
    assert [line for line in cost.not_priced if line.layer == "alarms"] == []
    without = cost_of(composed("local"), load("local"))
    assert cost.usd.desired - without.usd.desired == pytest.approx(cost.layers["alarms"].desired)


def test_what_is_in_us_east_1_has_the_prices_of_us_east_1(
    composed_of: Callable[[str], Json],
) -> None:
    """In a stack and in a plan, where the environment's own region has no prices."""
    place = MAILED.environment.model_copy(update={"region": "ap-south-2"})
    elsewhere = MAILED.model_copy(update={"environment": place})
    found = {
        line.resource: line.usd.desired
        for line in cost_of(composed_of("mailed"), elsewhere).lines
        if line.layer == "alarms"
    }
    key = "aws_kms_key.alarms_us_east_1_topic_key"
    assert found[key] == 1.0
    assert f"{ALARM}.alarms_domain" in found
    assert not {KEY, f"{ALARM}.alarms_latency"} & found.keys()
    plan = {
        "resource_changes": [
            {"address": one, "mode": "managed", "change": {"before": None, "after": {}}}
            for one in (key, KEY)
        ],
        "configuration": {"root_module": {"resources": [
            {"address": key, "provider_config_key": "aws.us_east_1"},
            {"address": KEY, "provider_config_key": "aws"},
        ]}},
    }  # fmt: skip
    lines = estimate(of_plan(plan, "after"), elsewhere, shipped()).lines
    assert [line.resource for line in lines] == [key]


def test_the_deployers_policies_name_us_east_1_for_what_is_there_alone(
    composed_of: Callable[[str], Json],
) -> None:
    there = {
        use: {
            (action, arn)
            for document in documents(MAILED, stack(composed_of("mailed")), use)
            for statement in document["Statement"]
            for action in statement["Action"]
            for arn in fitting(action, statement["Resource"])
            if ":us-east-1:" in arn
        }
        for use in Use
    }
    at = "us-east-1:123456789012"
    ours = f"arn:aws:cloudwatch:{at}:alarm:shop-mailed-*"
    assert {arn for _, arn in there[Use.APPLY]} == {
        ours, f"arn:aws:cloudwatch:{at}:alarm:*", f"arn:aws:kms:{at}:key/*",
        f"arn:aws:sns:{at}:shop-mailed-*",
    }  # fmt: skip
    assert ("cloudwatch:PutMetricAlarm", ours) in there[Use.APPLY]
    assert ("cloudwatch:PutMetricAlarm", f"arn:aws:cloudwatch:{at}:alarm:*") not in there[Use.APPLY]
    assert ("sns:CreateTopic", f"arn:aws:sns:{at}:shop-mailed-*") in there[Use.APPLY]
    # For strata status.
    assert there[Use.RELEASE] == {("cloudwatch:DescribeAlarms", f"arn:aws:cloudwatch:{at}:alarm:*")}
    named = documents(NAMED, stack(composed_of("named")), Use.APPLY)
    assert "eu-central-1" not in json.dumps(named)


def test_the_picture_has_a_box_for_the_alarms_and_what_they_publish_to(
    composed_of: Callable[[str], Json],
) -> None:
    made = drawn(stack(composed_of("mailed")), "shop-mailed")
    system = made.pictures[1]
    assert system.node("alarms").title == f"{len(chosen(MAILED))} alarms"
    assert system.node(TOPIC).label == "SNS topic"
    assert ("alarms", TOPIC, ("publish to",)) in {
        (edge.source, edge.target, edge.lines) for edge in system.edges
    }
    ours = {node.id for node in system.nodes if "alarms" in node.id}
    assert ours == {"alarms", TOPIC, EASTERN, "aws_cloudwatch_dashboard.alarms_dashboard"}
    assert (system.node(TOPIC).lines, system.node(EASTERN).lines) == ((), ("in us-east-1",))
    assert ("alarms", EASTERN) in {(edge.source, edge.target) for edge in system.edges}
    parts = {part.address for thing in made.things if thing.id == TOPIC for part in thing.parts}
    assert {KEY, "aws_sns_topic_subscription.alarms_email"} <= parts
    (mail,) = (
        part
        for thing in made.things
        if thing.id == EASTERN
        for part in thing.parts
        if part.address == "aws_sns_topic_subscription.alarms_us_east_1_email"
    )
    assert ("region", "us-east-1") in mail.settings


def test_the_other_layers_are_as_without_it(
    composed_of: Callable[[str], Json], composed: Callable[[str], Json]
) -> None:
    theirs, ours = blocks(composed_of("mailed")), blocks(composed("local"))
    assert set(ours) == {one for one in theirs if ".alarms_" not in one}
