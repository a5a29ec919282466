"""What an apply says of a deployment that ECS gave up, by what the played ECS answers."""

from dataclasses import replace

import pytest

from strata.apply import deployment
from strata.apply.deployment import Service, failure, judge
from strata.release.ecs import Ecs
from strata.release.place import place
from strata.settings import load
from tests.emulator.ecs.shop import Shop

LOCAL = load("local")


def of(shop: Shop, arn: str) -> deployment.Deployment:
    """How far the service is with a revision."""
    revision = arn.rpartition("/")[2]
    where = replace(place(LOCAL), cluster=shop.cluster, service="api")
    seen = Ecs(LOCAL.environment, where).seen()
    return judge(Service(shop.cluster, "api", revision), seen)


@pytest.mark.emulator
def test_a_rollback_and_a_first_deployment_that_fails_are_told_in_ecs_words(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", shop.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    shop.instances()
    shop.image("1.0.0")
    shop.image("1.1.0", "exit:3")
    bad = shop.revision("1.1.0")
    shop.create(bad)
    assert of(shop, bad).state == "in progress"
    shop.step(1200)
    first = of(shop, bad)
    assert (first.state, first.rolled_back) == ("failed", False)
    told = failure(LOCAL, first)
    assert "has failed: 0 of 3 tasks run" in told.message
    assert "ECS: ECS deployment circuit breaker: tasks failed to start." in told.message
    assert "exit code 3" in told.message
    assert "there is no earlier deployment to roll back to" in told.message
    assert "--force-new-deployment" in (told.hint or "")
    good = shop.revision("1.0.0")
    shop.ecs.update_service(cluster=shop.cluster, service="api", taskDefinition=good)
    shop.step(1200)
    assert of(shop, good).state == "completed"
    shop.ecs.update_service(cluster=shop.cluster, service="api", taskDefinition=bad)
    shop.step(1200)
    back = of(shop, bad)
    assert (back.state, back.rolled_back) == ("failed", True)
    told = failure(LOCAL, back)
    assert told.message.startswith(f"ECS does not run {bad.rpartition('/')[2]}, which was applied")
    assert "deployment failed: tasks failed to start." in told.message
    assert "exit code 3" in told.message
