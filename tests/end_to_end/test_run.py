"""`strata run`, and the log of what stopped, on the emulator that plays ECS."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from strata import cli
from strata.deployer.table import Use
from strata.local import ecs as play
from strata.release import one_off
from strata.settings import load
from tests import ROOT
from tests.deployer.record import forget, not_allowed
from tests.emulator.ecs.shop import Shop
from tests.end_to_end import service
from tests.end_to_end.conftest import Client, strata_command
from tests.end_to_end.service import IMAGE

pytestmark = pytest.mark.emulator

STOPPED = {"serviceName": "shop-local", "desiredStatus": "STOPPED"}
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def shop(aws: Client) -> Shop:
    """The service of `local`, its tasks running."""
    made = service.made(os.environ["AWS_ENDPOINT_URL"])
    forget()
    return made


@pytest.fixture
def behave(shop: Shop) -> Iterator[Callable[..., None]]:
    """Says how new containers of the image behave, until the test ends."""
    yield lambda words, *lines: play.behave(shop.url, IMAGE, words, lines)
    play.behave(shop.url, IMAGE, "good")


@pytest.fixture
def run(shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `strata ...`: its exit code, stdout and stderr. While it waits, a minute passes."""
    waiting = partial(one_off.finished, sleep=lambda _: shop.step(60))
    monkeypatch.setattr(one_off, "finished", waiting)

    def of(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["strata", *words])
        code = cli.main()
        said = capsys.readouterr()
        return code, said.out, said.err

    return of


def once(shop: Shop) -> Any:
    """The last task that was run once, as DescribeTasks has it."""
    found = shop.tasks(startedBy="strata-run", desiredStatus="STOPPED")
    return max(found, key=lambda task: task["createdAt"])


def test_the_log_is_shown_and_the_exit_code_passed_on(
    run: Run, shop: Shop, behave: Callable[..., None]
) -> None:
    behave("exit:3:30", "migrating", "no such table")
    code, said, log = run("run", "local", "--", "npm", "run", "migrate", "--", "--to=latest")
    assert (code, said) == (3, "migrating\nno such table\n")
    assert log.splitlines()[0].endswith("of shop-local:1 runs npm run migrate -- --to=latest")
    assert log.splitlines()[1].startswith("exit code 3: ")
    behave("good", "done")
    assert run("run", "local", "--", "true")[:2] == (0, "done\n")


def test_it_is_the_services_task_with_what_was_overridden(
    run: Run, shop: Shop, behave: Callable[..., None]
) -> None:
    behave("exit:0")
    words = ["--cpu", "128", "--memory", "256", "--env", "LOG_LEVEL=debug", "--env", "EMPTY="]
    assert run("run", "local", *words, "--", "sh", "-c", "echo a b")[0] == 0
    task = once(shop)
    (container,) = task["overrides"]["containerOverrides"]
    assert container["name"] == "api"
    assert container["command"] == ["sh", "-c", "echo a b"]
    assert container["environment"] == [
        {"name": "LOG_LEVEL", "value": "debug"},
        {"name": "EMPTY", "value": ""},
    ]
    assert (container["cpu"], container["memory"]) == (128, 256)
    assert (
        task["taskDefinitionArn"]
        == shop.ecs.describe_services(cluster=shop.cluster, services=["shop-local"])["services"][0][
            "taskDefinition"
        ]
    )
    assert task["capacityProviderName"] == shop.provider


def test_a_command_that_never_ran_is_told_in_ecs_own_words(run: Run, shop: Shop) -> None:
    shop.ecs.update_service(
        cluster=shop.cluster, service="shop-local", taskDefinition=shop.revision("gone")
    )
    try:
        code, said, log = run("run", "local", "--", "true")
    finally:
        shop.ecs.update_service(
            cluster=shop.cluster, service="shop-local", taskDefinition=f"{shop.family}:1"
        )
        shop.step(service.SETTLED_SECONDS)
    assert (code, said) == (125, "")
    assert "the command never ran: " in log
    assert "CannotPullContainerError" in log


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--env", "A"], "--env without = is no variable"),
        (["--env", "A-B=secret"], "--env 'A-B' is no variable"),
        (["--env", "=secret"], "--env '' is no variable"),
        (["--env", "A=1", "--env", "A=secret"], "--env A is given twice"),
        (["--env", f"A={'secret' * 2000}"], "have 12033 characters of JSON"),
        (["--memory", "5"], "Invalid value for '--memory'"),
    ],
)
def test_what_cannot_be_run_is_refused_before_anything_starts(
    words: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["strata", "run", "local", *words, "--", "true"])
    assert cli.main() == 125
    told = capsys.readouterr().err
    assert said in told.replace("\n", " ")
    assert "secret" not in told


def test_ctrl_c_leaves_the_task_going_and_says_how_to_go_on(
    shop: Shop, folder: Path, behave: Callable[..., None]
) -> None:
    behave("command:0:1000", "begun")
    shop.step(0)
    process = subprocess.Popen(
        strata_command(folder, "run", "local", "--", "sleep", "1000"),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout and process.stderr
    try:
        begun = process.stderr.readline()
        assert "runs sleep 1000" in begun
        shop.step(60)
        assert process.stdout.readline() == "begun\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        told = process.stderr.read()
    finally:
        process.kill()
        process.wait()
    (task,) = shop.tasks(startedBy="strata-run", desiredStatus="RUNNING")
    id_ = task["taskArn"].rpartition("/")[2]
    assert told.splitlines() == [
        "the task goes on",
        f"strata logs local --task {id_[:8]} --follow  shows its log",
        f"aws ecs stop-task --cluster shop-local --task {id_}  ends it",
    ]
    shop.ecs.stop_task(cluster=shop.cluster, task=id_)
    shop.step(120)


def test_previous_is_the_whole_log_of_the_task_that_stopped_last(
    run: Run, shop: Shop, behave: Callable[..., None]
) -> None:
    """Of the service, and not one that was run once since."""
    running = shop.tasks(serviceName="shop-local")
    behave("exit:7:600", "starting", "cannot reach the database")
    shop.ecs.stop_task(cluster=shop.cluster, task=running[0]["taskArn"], reason="a test")
    # Its replacement stops by itself, and then behaves.
    for _ in range(60):
        shop.step(30)
        if any(task["containers"][0].get("exitCode") == 7 for task in shop.tasks(**STOPPED)):
            break
    behave("good")
    shop.step(service.SETTLED_SECONDS)
    behave("exit:0", "once")
    assert run("run", "local", "--", "true")[0] == 0
    code, said, log = run("logs", "local", "--previous")
    assert code == 0
    assert [line.split(" ", 2)[2] for line in said.splitlines()] == [
        "starting",
        "cannot reach the database",
    ]
    (first, *_) = log.splitlines()
    assert first.startswith(f"task {said.split()[1]} of revision 1 stopped 20")
    assert first.endswith("Essential container in task exited, exit code 7")


def test_the_policy_of_a_release_allows_all_that_was_asked(shop: Shop) -> None:
    assert not_allowed(load("local"), use=Use.RELEASE) == []
