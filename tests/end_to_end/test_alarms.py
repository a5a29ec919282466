"""The layer `alarms` on the emulator: each alarm is raised, and tells its topic."""

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from strata.apply.layer import LayerWork
from strata.documents import Json
from strata.drift.detect import find_drift
from strata.local import emulator as emulation
from strata.release.place import place
from strata.release.status import _alarms as alarms_now
from strata.settings.alarms import HEALTH_CHECK_REGION, chosen
from strata.settings.models import Job
from strata.settings.resource_names import alarm_prefix
from strata.state.bucket import bootstrap
from strata.teardown.contents import remaining
from strata.terraform.binary import wanted_version
from tests.deployer.record import forget, not_allowed
from tests.end_to_end.conftest import Client, client_of_the_tests, work_on
from tests.end_to_end.provider import attached
from tests.modules.test_alarms import EMAIL, MAILED, NAMED

pytestmark = pytest.mark.terraform

JOB = Job(command=["node", "report.js"], schedule="rate(1 day)")
WATCHED = MAILED.model_copy(update={"jobs": {"report": JOB}})
ENVIRONMENT = MAILED.environment
OUTPUT = re.compile(r"data\.terraform_remote_state\.([\w-]+)\.outputs\.([\w-]+)")
SERVICE_ARN = "arn:aws:ecs:eu-central-1:123456789012:service/x/x"


def written_states(stack: Json) -> dict[str, Json]:
    """Key -> a state of another layer, with the outputs that the alarms read from it.

    So that this layer alone is applied: no alarm asks whether there is what it watches.
    """
    sources = stack["data"]["terraform_remote_state"]
    states: dict[str, Json] = {}
    for source, output in OUTPUT.findall(json.dumps(stack)):
        key = sources[source]["config"]["key"]
        state = states.setdefault(key, {
            "version": 4, "terraform_version": wanted_version(), "serial": 1,
            "lineage": str(uuid.uuid4()), "outputs": {}, "resources": [], "check_results": None,
        })  # fmt: skip
        state["outputs"][output] = {"value": "x", "type": "string"}
    return states


@dataclass(frozen=True)
class Standing:
    """The layer, applied; `queue` and `queue_of_domain` are the URLs of queues that get what the
    topic of its region gets."""

    work: LayerWork
    topic: str
    queue: str
    queue_of_domain: str


def east(service: str) -> Any:
    """A client in the region of the metrics of health checks."""
    return client_of_the_tests(service, HEALTH_CHECK_REGION)


@pytest.fixture(scope="module")
def standing(aws: Client, folder: Any) -> Standing:
    # Terraform starts the provider itself, once for each region: one that is attached to keeps the
    # configuration that it got last.
    work = work_on(WATCHED, folder / "alarms")
    stack = json.loads((work.folder("alarms") / "cdk.tf.json").read_text())
    for key, state in written_states(stack).items():
        aws("s3").put_object(
            Bucket=ENVIRONMENT.state_bucket, Key=key, Body=json.dumps(state).encode()
        )
    assert work.apply("alarms") == "applied"
    outputs = work.terraform.outputs(work.folder("alarms"))
    topic = outputs["alarm_topic_arn"]
    of_domain = listening(east, outputs["domain_alarm_topic_arn"])
    return Standing(work, topic, listening(aws, topic), of_domain)


def listening(aws: Client, topic: str) -> str:
    """The URL of a queue that gets what a topic gets."""
    queue: str = aws("sqs").create_queue(QueueName="told")["QueueUrl"]
    arn = aws("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    aws("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["Attributes"]["QueueArn"])
    return queue


@pytest.fixture
def provider_alone(tmp_path: Path) -> Iterator[None]:
    """One provider for every Terraform of a test."""
    with attached(tmp_path):
        yield


def told(aws: Client, queue: str) -> Iterator[Json]:
    """What the topic got since the last time."""
    while (
        messages := aws("sqs")
        .receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=0)
        .get("Messages")
    ):
        for message in messages:
            aws("sqs").delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            yield json.loads(json.loads(message["Body"])["Message"])


def test_a_second_plan_changes_nothing(standing: Standing) -> None:
    assert standing.work.changes("alarms") == "no change"


def test_each_alarm_tells_when_it_is_raised_and_when_it_is_over(
    standing: Standing, aws: Client
) -> None:
    prefix = alarm_prefix(ENVIRONMENT)
    pages = aws("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=prefix)
    names = [alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"]]
    assert len(names) == len(chosen(WATCHED)) - 1
    for state in ("ALARM", "OK"):
        for name in names:
            aws("cloudwatch").set_alarm_state(
                AlarmName=name, StateValue=state, StateReason="raised by a test"
            )
        messages = [*told(aws, standing.queue)]
        assert sorted(message["AlarmName"] for message in messages) == sorted(names)
        assert {message["NewStateValue"] for message in messages} == {state}
    assert [*told(east, standing.queue_of_domain)] == []


def test_the_alarm_on_the_domain_tells_a_topic_of_the_region_that_has_its_metric(
    standing: Standing, aws: Client
) -> None:
    [check] = aws("route53").list_health_checks()["HealthChecks"]
    [alarm] = east("cloudwatch").describe_alarms()["MetricAlarms"]
    assert alarm["AlarmName"] == f"{alarm_prefix(ENVIRONMENT)}domain"
    assert alarm["Dimensions"] == [{"Name": "HealthCheckId", "Value": check["Id"]}]
    east("cloudwatch").set_alarm_state(
        AlarmName=alarm["AlarmName"], StateValue="ALARM", StateReason="raised by a test"
    )
    [message] = told(east, standing.queue_of_domain)
    assert (message["AlarmName"], message["Region"]) == (alarm["AlarmName"], HEALTH_CHECK_REGION)
    raised = [one.name for one in alarms_now(WATCHED, place(WATCHED)) if one.state == "ALARM"]
    assert raised == [alarm["AlarmName"]]
    assert [*told(aws, standing.queue)] == []
    [topic] = east("sns").list_topics()["Topics"]
    found = east("sns").list_subscriptions_by_topic(TopicArn=topic["TopicArn"])["Subscriptions"]
    assert EMAIL in [one["Endpoint"] for one in found]


def test_a_failed_deployment_of_the_service_tells(standing: Standing, aws: Client) -> None:
    def happens(event: str, service: str) -> None:
        aws("events").put_events(Entries=[{
            "Source": "aws.ecs", "DetailType": "ECS Deployment State Change",
            "Resources": [service], "Detail": json.dumps({"eventName": event}),
        }])  # fmt: skip

    happens("SERVICE_DEPLOYMENT_COMPLETED", SERVICE_ARN)
    happens("SERVICE_DEPLOYMENT_FAILED", f"{SERVICE_ARN}-of-somebody-else")
    assert [*told(aws, standing.queue)] == []
    happens("SERVICE_DEPLOYMENT_FAILED", SERVICE_ARN)
    (message,) = told(aws, standing.queue)
    assert message["detail"] == {"eventName": "SERVICE_DEPLOYMENT_FAILED"}


def test_a_run_of_a_job_tells_when_it_failed_or_never_started(
    standing: Standing, aws: Client
) -> None:
    def stops(code: int | None, sidecar: int = 0, **more: str) -> None:
        container = {"name": "api"} if code is None else {"name": "api", "exitCode": code}
        beside = {"name": "log", "exitCode": sidecar}
        detail = {
            "clusterArn": "arn:aws:ecs:eu-central-1:123456789012:cluster/x", "group": "job-report",
            "lastStatus": "STOPPED", "containers": [container, beside],
            "stopCode": "EssentialContainerExited", **more,
        }  # fmt: skip
        aws("events").put_events(Entries=[{
            "Source": "aws.ecs", "DetailType": "ECS Task State Change",
            "Detail": json.dumps(detail),
        }])  # fmt: skip

    stops(0)
    stops(0, sidecar=137)
    stops(1, group="job-of-somebody-else")
    stops(1, clusterArn="arn:aws:ecs:eu-central-1:123456789012:cluster/y")
    stops(1, lastStatus="STOPPING")
    assert [*told(aws, standing.queue)] == []
    stops(1)
    stops(None, stopCode="TaskFailedToStart")
    assert [one["detail"]["stopCode"] for one in told(aws, standing.queue)] == [
        "EssentialContainerExited", "TaskFailedToStart"
    ]  # fmt: skip


def test_the_address_is_subscribed_and_in_the_budget(standing: Standing, aws: Client) -> None:
    found = aws("sns").list_subscriptions_by_topic(TopicArn=standing.topic)["Subscriptions"]
    assert EMAIL in [one["Endpoint"] for one in found]
    names = {"AccountId": ENVIRONMENT.account_id, "BudgetName": "shop-mailed-budget"}
    for notification in aws("budgets").describe_notifications_for_budget(**names)["Notifications"]:
        (subscriber,) = aws("budgets").describe_subscribers_for_notification(
            **names, Notification=notification
        )["Subscribers"]
        assert subscriber == {"SubscriptionType": "EMAIL", "Address": EMAIL}


def test_the_budget_tells_the_address_of_what_is_spent_and_of_what_is_forecast(
    standing: Standing, aws: Client
) -> None:
    url, budget = aws("sts").meta.endpoint_url, "shop-mailed-budget"
    assert emulation.spend(url, budget, 199, 249) == []
    assert emulation.spend(url, budget, 201, 249) == [EMAIL]
    assert emulation.spend(url, budget, 201, 251) == [EMAIL]


def test_a_threshold_changed_by_hand_is_drift_in_both_regions(
    standing: Standing, aws: Client
) -> None:
    taken = ("AlarmName", "AlarmDescription", "AlarmActions", "OKActions", "MetricName",
             "Namespace", "Statistic", "Dimensions", "Period", "EvaluationPeriods",
             "DatapointsToAlarm", "ComparisonOperator", "TreatMissingData")  # fmt: skip
    for client, which in ((aws("cloudwatch"), "service-cpu"), (east("cloudwatch"), "domain")):
        name = f"{alarm_prefix(ENVIRONMENT)}{which}"
        (alarm,) = client.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        client.put_metric_alarm(**{key: alarm[key] for key in taken}, Threshold=99.0)
    tags = [{"Key": key, "Value": value} for key, value in ENVIRONMENT.tags.items()]
    by_hand = east("sns").create_topic(Name="by-hand", Tags=tags)["TopicArn"]
    work = standing.work
    report = find_drift(ENVIRONMENT, work.terraform, work.stacks.parent)
    assert [
        (one.layer, one.address, part.attribute, part.before, part.now)
        for one in report.drift
        for part in one.attributes
    ] == [
        ("alarms", "aws_cloudwatch_metric_alarm.alarms_domain", "threshold", 50, 99),
        ("alarms", "aws_cloudwatch_metric_alarm.alarms_service_cpu", "threshold", 90, 99),
    ]
    assert [one.identifier for one in report.strangers] == [by_hand]
    assert remaining(ENVIRONMENT) != []
    east("sns").delete_topic(TopicArn=by_hand)


def test_nothing_is_left_of_it_but_a_key_that_waits_for_its_deletion(
    standing: Standing, aws: Client
) -> None:
    assert standing.work.destroy("alarms") == "destroyed"
    for there in (aws, east):
        assert there("sns").list_topics()["Topics"] == []
        assert there("cloudwatch").describe_alarms()["MetricAlarms"] == []
        (key,) = there("kms").list_keys()["Keys"]
        assert there("kms").describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == (
            "PendingDeletion"
        )
    assert aws("route53").list_health_checks()["HealthChecks"] == []
    assert remaining(ENVIRONMENT) == []


def test_the_deployers_policy_allows_all_that_was_asked(standing: Standing) -> None:
    assert not_allowed(MAILED) == []


def test_in_us_east_1_the_alarm_on_the_domain_tells_the_topic_of_all(
    provider_alone: None, aws: Client, folder: Any
) -> None:
    region, cloudwatch = NAMED.environment.region, east("cloudwatch")
    bootstrap(NAMED.environment)
    forget()
    work = work_on(NAMED, folder / "named")
    assert work.apply("alarms") == "applied"
    [check] = aws("route53").list_health_checks()["HealthChecks"]
    assert check["HealthCheckConfig"]["FullyQualifiedDomainName"] == "api.local.shop.example"
    [alarm] = cloudwatch.describe_alarms(AlarmNamePrefix=alarm_prefix(NAMED.environment))[
        "MetricAlarms"
    ]
    assert alarm["Dimensions"] == [{"Name": "HealthCheckId", "Value": check["Id"]}]
    queue = listening(east, work.terraform.outputs(work.folder("alarms"))["alarm_topic_arn"])
    cloudwatch.set_alarm_state(
        AlarmName=alarm["AlarmName"], StateValue="ALARM", StateReason="raised by a test"
    )
    [message] = told(east, queue)
    assert (message["AlarmName"], message["Region"]) == (alarm["AlarmName"], region)
    assert work.changes("alarms") == "no change"
    assert find_drift(NAMED.environment, work.terraform, work.stacks.parent).strangers == []
    assert work.destroy("alarms") == "destroyed"
    assert aws("route53").list_health_checks()["HealthChecks"] == []
    assert not_allowed(NAMED) == []
