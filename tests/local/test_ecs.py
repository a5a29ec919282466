"""Containers and the time of the emulator's ECS, told from outside."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from strata.cli import app
from strata.errors import UsageError
from strata.local import ecs as play
from strata.local import emulator as emulation
from tests.emulator.ecs.shop import Shop
from tests.emulator.refusals.world import Aws


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    with emulation.emulator(tmp_path_factory.mktemp("images")) as running:
        yield Aws(running.url)


@pytest.mark.emulator
def test_a_push_says_how_the_containers_behave(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    running = emulation.EmulatorStatus(aws.url, 1)
    monkeypatch.setattr(emulation, "status", lambda folder=Path(): running)
    command = ["emulator", "push", "shop", "1.0.0"]
    runner = CliRunner()
    assert runner.invoke(app, [*command, "--behaves", "exit:1", "--line", "hello"]).exit_code == 0
    wrong = runner.invoke(app, [*command, "--behaves", "crash"])
    assert isinstance(wrong.exception, UsageError)
    assert "'crash' is none of good, command:CODE" in str(wrong.exception)
    assert play.control(aws.url)["told"] == {"shop:1.0.0": "exit:1"}
    runner.invoke(app, command)
    assert play.control(aws.url)["told"] == {"shop:1.0.0": "good"}


@pytest.mark.emulator
@pytest.mark.parametrize(
    "wanted",
    [
        {"factor": -1},
        {"step": "x"},
        {"step": True},
        {"none": 1},
        {"behave": "good"},
        {"behave": {"shop": "bad"}},
        {"lines": {"shop": "a line"}},
        {"agents": {"i-1": False}},
        {"load": {"shop/api": {"cpu": 80}}},
    ],
)
def test_what_is_no_setting_of_it_is_refused(aws: Aws, wanted: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        play.control(aws.url, **wanted)


@pytest.mark.emulator
def test_its_time_stands_and_is_stepped(aws: Aws) -> None:
    before = play.control(aws.url, factor=0)["now"]
    play.step(aws.url, 60)
    assert play.control(aws.url)["now"] == before + 60


@pytest.mark.emulator
def test_the_agent_of_an_instance_is_disconnected_and_connected(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = emulation.EmulatorStatus(aws.url, 1)
    monkeypatch.setattr(emulation, "status", lambda folder=Path(): running)
    shop = Shop(aws.url)
    shop.instances(MinSize=2)
    play.step(aws.url, 120)
    first, second = (one["ec2InstanceId"] for one in shop.container_instances())
    for words, connected in (([], False), (["--connect"], True)):
        said = CliRunner().invoke(app, ["emulator", "agent", first, *words]).stdout
        assert (
            said
            == f"{first}: ECS {'has' if connected else 'has lost'} the connection to its agent\n"
        )
        found = {one["ec2InstanceId"]: one["agentConnected"] for one in shop.container_instances()}
        assert found == {first: connected, second: True}
    wrong = CliRunner().invoke(app, ["emulator", "agent", "i-0"])
    assert isinstance(wrong.exception, UsageError)
    assert str(wrong.exception) == "the emulator's ECS: i-0 is no container instance"
