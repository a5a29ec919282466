"""Terraform waits for a steady state, on a service that the emulator really deploys."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from strata.errors import StrataError
from strata.local import ecs as play
from strata.local import emulator as emulation
from strata.terraform.binary import terraform
from strata.terraform.plugins import PROVIDER, VERSION, terraform_environment
from strata.terraform.process import Terraform
from tests.emulator.ecs.shop import Shop
from tests.end_to_end.provider import attached

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An emulator whose time goes by, and a provider that asks it."""
    with emulation.emulator(tmp_path_factory.mktemp("running")) as status:
        assert play.control(status.url)["factor"] == 240
        with attached(tmp_path_factory.mktemp("provider")):
            yield status.url


@pytest.fixture
def shop(running: str) -> Shop:
    made = Shop(running)
    made.instances()
    made.image("1")
    return made


class Stack:
    """One service in Terraform, applied as it is wanted."""

    def __init__(self, shop: Shop, folder: Path) -> None:
        self.shop = shop
        self.folder = folder
        self.folder.mkdir()
        self.tool = Terraform(terraform(), terraform_environment(), folder / "logs")

    def apply(self, revision: str, **more: Any) -> None:
        service = {
            "name": "api",
            "cluster": self.shop.cluster,
            "task_definition": revision,
            "desired_count": 3,
            "wait_for_steady_state": True,
            "capacity_provider_strategy": [
                {"capacity_provider": self.shop.provider, "base": 1, "weight": 100}
            ],
            "load_balancer": [
                {
                    "target_group_arn": self.shop.target,
                    "container_name": "api",
                    "container_port": 3000,
                }
            ],
            "deployment_circuit_breaker": {"enable": True, "rollback": True},
            "deployment_minimum_healthy_percent": 50,
            "health_check_grace_period_seconds": 60,
            "timeouts": {"create": "40s", "update": "40s"},
            **more,
        }
        wanted = {
            "terraform": {"required_providers": {"aws": {"source": PROVIDER, "version": VERSION}}},
            "provider": {"aws": {"region": "eu-central-1", "skip_credentials_validation": True}},
            "resource": {"aws_ecs_service": {"api": service}},
        }
        (self.folder / "main.tf.json").write_text(json.dumps(wanted))
        self.tool.init(self.folder)
        self.tool.plan(self.folder, self.folder / "plan")
        self.tool.apply(self.folder, self.folder / "plan")


def test_it_waits_until_all_tasks_run(shop: Shop, tmp_path: Path) -> None:
    """Also on the way to another revision; after a rollback it ends well, with the old one at work
    (provider 5.100.0): `strata apply` must look for itself."""
    stack = Stack(shop, tmp_path / "stack")
    first = shop.revision("1")
    stack.apply(first)
    service = shop.service()
    assert (service["runningCount"], len(service["deployments"])) == (3, 1)
    shop.image("2", "exit:1")
    stack.apply(shop.revision("2"))
    service = shop.service()
    assert (service["taskDefinition"], service["runningCount"]) == (first, 3)


def test_a_first_deployment_that_stalls_ends_with_its_patience(shop: Shop, tmp_path: Path) -> None:
    stack = Stack(shop, tmp_path / "stack")
    with pytest.raises(StrataError, match="timeout while waiting for state"):
        stack.apply(shop.revision("none"), timeouts={"create": "15s"})
    [deployment] = shop.service()["deployments"]
    assert deployment["rolloutState"] == "FAILED"
