"""The events that ECS sends of deployments and of tasks that stop, by a rule, to a topic."""

import json
from typing import Any

import pytest

from modules.alarms import failed_jobs_pattern
from modules.notify import deployment_pattern
from strata.local import ecs as play
from strata.settings.resource_names import job_group
from tests.emulator.ecs.shop import Shop


class Heard:
    """A queue that hears a topic, to which a rule sends the events of a service."""

    def __init__(self, shop: Shop, name: str, pattern: str) -> None:
        sns, events, self.sqs = shop.aws("sns"), shop.aws("events"), shop.aws("sqs")
        allowed = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
                   "Action": "sns:Publish", "Resource": "*"}  # fmt: skip
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        topic = sns.create_topic(Name=name, Attributes={"Policy": policy})["TopicArn"]
        self.url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])
        sns.subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=arn["Attributes"]["QueueArn"],
            Attributes={"RawMessageDelivery": "true"},
        )  # fmt: skip
        events.put_rule(Name=name, EventPattern=pattern)
        events.put_targets(Rule=name, Targets=[{"Id": "topic", "Arn": topic}])

    def events(self) -> list[Any]:
        """What has come since the last time, the oldest first."""
        found: list[Any] = []
        while messages := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for one in messages:
                found.append(json.loads(one["Body"]))
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=one["ReceiptHandle"])
        return found


@pytest.mark.emulator
def test_the_ends_of_deployments_are_events_whoever_began_them(shop: Shop) -> None:
    shop.instances()
    shop.image("1.0.0")
    shop.image("1.1.0", "exit:3")
    service = shop.create(shop.revision("1.0.0"))
    both = Heard(shop, "both", deployment_pattern([service["serviceArn"]], ["failed", "completed"]))
    failures = Heard(shop, "failures", deployment_pattern([service["serviceArn"]], ["failed"]))
    other = service["serviceArn"].replace("/api", "/other")
    others = Heard(shop, "others", deployment_pattern([other], ["failed", "completed"]))
    shop.step(1200)
    [up] = both.events()
    assert (up["source"], up["detail-type"]) == ("aws.ecs", "ECS Deployment State Change")
    assert up["resources"] == [service["serviceArn"]]
    assert up["detail"]["eventName"] == "SERVICE_DEPLOYMENT_COMPLETED"
    first = up["detail"]["deploymentId"]
    begun = shop.ecs.update_service(
        cluster=shop.cluster, service="api", taskDefinition=shop.revision("1.1.0")
    )
    shop.step(1200)
    told = both.events()
    # Going back is a deployment that completes.
    assert [one["detail"]["eventName"] for one in told] == [
        "SERVICE_DEPLOYMENT_FAILED", "SERVICE_DEPLOYMENT_COMPLETED"
    ]  # fmt: skip
    failed, back = (one["detail"] for one in told)
    assert failed["deploymentId"] == begun["service"]["deployments"][0]["id"]
    assert failed["eventType"] == "ERROR"
    assert failed["reason"] == "ECS deployment circuit breaker: tasks failed to start."
    assert back["deploymentId"] == first
    assert [one["detail"] for one in failures.events()] == [failed]
    assert others.events() == []


@pytest.mark.emulator
def test_a_job_that_fails_or_never_starts_is_an_event_and_one_that_ends_well_is_none(
    shop: Shop,
) -> None:
    shop.instances()
    shop.image("1.0.0")
    good, gone = shop.revision("1.0.0"), shop.revision("9.9.9")
    cluster = f"arn:aws:ecs:eu-central-1:123456789012:cluster/{shop.cluster}"
    heard = Heard(shop, "jobs", failed_jobs_pattern(cluster, ["report"]))

    def run(behaves: str, group: str = job_group("report"), revision: str = good) -> list[Any]:
        play.behave(shop.url, f"{shop.repository}:1.0.0", behaves)
        shop.ecs.run_task(
            cluster=shop.cluster, taskDefinition=revision, group=group,
            capacityProviderStrategy=[{"capacityProvider": shop.provider}],
        )  # fmt: skip
        shop.step(600)
        return heard.events()

    assert run("exit:0:30") == []
    assert run("exit:3:30", group="family:other") == []
    [failed] = run("exit:3:30")
    assert [one["exitCode"] for one in failed["detail"]["containers"]] == [3]
    assert failed["detail"]["stopCode"] == "EssentialContainerExited"
    assert failed["resources"] == [failed["detail"]["taskArn"]]
    [missing] = run("good", revision=gone)
    assert missing["detail"]["stopCode"] == "TaskFailedToStart"
