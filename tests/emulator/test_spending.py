"""A budget tells its topic and its addresses when a month has cost more than its thresholds."""

import json
from collections.abc import Iterator

import pytest

from strata.errors import StrataError
from strata.local import emulator as emulation
from tests.emulator.refusals.world import ACCOUNT, Aws, name

pytestmark = pytest.mark.emulator

MAIL = {"SubscriptionType": "EMAIL", "Address": "ops@shop.example"}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    with emulation.emulator(tmp_path_factory.mktemp("spending")) as running:
        yield Aws(running.url)


def topic(aws: Aws, service: str) -> str:
    """A topic that a service may publish to."""
    arn = str(aws("sns").create_topic(Name=name("topic"))["TopicArn"])
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sns:Publish"}
    policy = {"Version": "2012-10-17", "Statement": [{**statement, "Resource": arn}]}
    aws("sns").set_topic_attributes(
        TopicArn=arn, AttributeName="Policy", AttributeValue=json.dumps(policy)
    )
    return arn


def budget(aws: Aws, *subscribers: dict[str, str]) -> str:
    """A budget of 200 USD that tells of 80 % spent, and of all of it forecast."""
    one = name("budget")
    aws("budgets").create_budget(
        AccountId=ACCOUNT,
        Budget={
            "BudgetName": one, "BudgetType": "COST", "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": "200", "Unit": "USD"},
        },
        NotificationsWithSubscribers=[
            {
                "Notification": {
                    "NotificationType": kind, "ComparisonOperator": "GREATER_THAN",
                    "Threshold": threshold, "ThresholdType": "PERCENTAGE",
                },
                "Subscribers": list(subscribers),
            }
            for kind, threshold in (("ACTUAL", 80), ("FORECASTED", 100))
        ],
    )  # fmt: skip
    return one


def test_each_threshold_tells_once_until_the_spending_was_below_it(aws: Aws) -> None:
    one = budget(aws, MAIL)
    steps = [(160, 200), (161, 200), (170, 201), (180, 250), (100, 150), (300, 400)]
    told = [len(emulation.spend(aws.url, one, usd, forecast)) for usd, forecast in steps]
    assert told == [0, 1, 1, 0, 0, 2]
    spent = aws("budgets").describe_budget(AccountId=ACCOUNT, BudgetName=one)["Budget"]
    assert spent["CalculatedSpend"]["ActualSpend"]["Amount"] == "300"


def test_a_topic_is_told_if_it_lets_budgets_publish(aws: Aws) -> None:
    queue = aws("sqs").create_queue(QueueName=name("queue"))["QueueUrl"]
    arn = aws("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    for service, arrives in (("events.amazonaws.com", 0), ("budgets.amazonaws.com", 1)):
        told = topic(aws, service)
        aws("sns").subscribe(TopicArn=told, Protocol="sqs", Endpoint=arn["Attributes"]["QueueArn"])
        one = budget(aws, {"SubscriptionType": "SNS", "Address": told})
        assert emulation.spend(aws.url, one, 161, 161) == [told]
        assert len(aws("sqs").receive_message(QueueUrl=queue).get("Messages", [])) == arrives


def test_a_budget_that_is_not_there_is_an_error(aws: Aws) -> None:
    with pytest.raises(StrataError, match="there is no budget nothing-of-it"):
        emulation.spend(aws.url, "nothing-of-it", 5)
