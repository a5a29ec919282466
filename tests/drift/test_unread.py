"""Service Connect that somebody switched off, which the provider does not read back."""

from collections.abc import Sequence
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from strata.drift import unread as module
from strata.drift.unread import AT_ONCE, describing, unread
from strata.settings import load

Json = dict[str, Any]
CLUSTER = "arn:aws:ecs:eu-central-1:123456789012:cluster/shop-dev"
PATH = "service_connect_configuration[0].enabled"
ON: Json = {"enabled": True, "namespace": "arn:aws:servicediscovery:ns"}


def arn(name: str) -> str:
    return f"{CLUSTER.replace(':cluster/', ':service/')}/{name}"


def ours(name: str, *configuration: Json) -> tuple[str, Json]:
    """A service as a state has it."""
    return f"aws_ecs_service.service_worker_{name}_service", {
        "id": arn(name), "cluster": CLUSTER, "service_connect_configuration": list(configuration),
    }  # fmt: skip


def answered(name: str, *deployments: Json) -> Json:
    return {"serviceArn": arn(name), "deployments": list(deployments)}


def deployment(status: str, configuration: Json | None) -> Json:
    return {
        "status": status,
        **({"serviceConnectConfiguration": configuration} if configuration else {}),
    }


@pytest.mark.parametrize(
    ("deployments", "off"),
    [
        ([deployment("PRIMARY", None)], True),
        ([deployment("PRIMARY", {"enabled": False})], True),
        ([deployment("PRIMARY", ON)], False),
        # The newest deployment counts: what still runs of the one before has it yet, or had none.
        ([deployment("PRIMARY", None), deployment("ACTIVE", ON)], True),
        ([deployment("ACTIVE", None), deployment("PRIMARY", ON)], False),
        # A service that is gone, as the plan says.
        ([], False),
    ],
)
def test_it_is_off_when_the_newest_deployment_has_none(deployments: list[Json], off: bool) -> None:
    found = unread([ours("stock", ON)], lambda *_: [answered("stock", *deployments)])
    address = "aws_ecs_service.service_worker_stock_service"
    assert found == ({address: [(PATH, True, False)]} if off else {})


def test_only_services_that_have_it_in_the_state_are_asked_about() -> None:
    asked: list[tuple[str, Sequence[str]]] = []

    def describe(cluster: str, arns: Sequence[str]) -> list[Json]:
        asked.append((cluster, arns))
        return [answered("stock", deployment("PRIMARY", ON))]

    none, off = ours("mail"), ours("tax", {"enabled": False})
    other = ("aws_ecs_cluster.cluster_cluster", {"id": CLUSTER})
    assert unread([none, off, other], describe) == {}
    assert asked == []
    assert unread([ours("stock", ON), none, off, other], describe) == {}
    assert asked == [(CLUSTER, [arn("stock")])]


def test_more_services_than_ecs_describes_at_once_are_asked_in_turns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make: Any = boto3.client
    ecs = make("ecs", region_name="eu-central-1", aws_access_key_id="a", aws_secret_access_key="b")
    monkeypatch.setattr(module, "session", lambda _: SimpleSession(ecs))
    arns = [arn(f"s{number}") for number in range(AT_ONCE + 1)]
    with Stubber(ecs) as stubber:
        for names in (arns[:AT_ONCE], arns[AT_ONCE:]):
            services = [{"serviceArn": name} for name in names]
            stubber.add_response(
                "describe_services", {"services": services}, {"cluster": CLUSTER, "services": names}
            )
        found = list(describing(load("local").environment)(CLUSTER, arns))
    assert [one["serviceArn"] for one in found] == arns


class SimpleSession:
    """A session with a client that is made already."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def client(self, *_: Any, **__: Any) -> Any:
        """The client."""
        return self._client
