"""Progress on a terminal and elsewhere."""

import errno
import io
import threading
from typing import Any

import pytest
from rich.console import Console

from strata.terraform.events import beside
from strata.views.progress import Progress

ADDRESS = "aws_vpc_security_group_ingress_rule.network_instance_ingress_load_balancer_443"


def started(address: str) -> dict[str, Any]:
    return {"type": "apply_start", "hook": {"resource": {"addr": address}, "action": "create"}}


def ended(address: str) -> dict[str, Any]:
    return {"type": "apply_complete", "hook": {"resource": {"addr": address}, "action": "create"}}


APPLY = {"type": "command", "@message": "terraform apply -json x"}


def test_elsewhere_each_step_is_a_plain_line() -> None:
    text = io.StringIO()
    with Progress(Console(file=text, width=80), ["network", "edge"]) as progress:
        progress("network", "running", 0)
        progress.watch("network")({"type": "command", "@message": "terraform plan -json"})
        progress.watch("network")(APPLY)
        progress.watch("network")(started("aws_vpc.network_vpc"))
        progress.watch("network")(ended("aws_vpc.network_vpc"))
        progress("network", "applied", 12.4)
    assert text.getvalue().splitlines() == [
        "network    planning         0 s",
        "network    applying         0 s",
        "network    applied         12 s  aws_vpc.network_vpc took 0 s",
    ]


def test_what_is_done_beside_terraform_has_its_line_until_terraform_goes_on() -> None:
    text = io.StringIO()
    with Progress(Console(file=text, width=80), ["service"]) as progress:
        progress("service", "running", 0)
        hear = progress.watch("service")
        hear({"type": "command", "@message": "terraform plan -json"})
        hear(beside("making user", "a task makes the database user shop_app"))
        hear(APPLY)
        hear(beside("rolling out", "until ECS has deployed shop-local"))
        progress("service", "applied", 12.4)
    assert text.getvalue().splitlines() == [
        "service    planning         0 s",
        "service    making user      0 s  a task makes the database user shop_app",
        "service    applying         0 s",
        "service    rolling out      0 s  until ECS has deployed shop-local",
        "service    applied         12 s",
    ]


def test_on_a_terminal_it_stands_in_the_layers_row_while_it_goes_on() -> None:
    text = io.StringIO()
    with Progress(Console(file=text, width=80, force_terminal=True), ["service"]) as progress:
        progress("service", "running", 0)
        progress.watch("service")(beside("making user", "a task makes the database user shop_app"))
    assert "making user" in text.getvalue()
    assert "a task makes the database user shop_app" in text.getvalue()


def test_elsewhere_a_layer_without_news_says_so_from_time_to_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [0.0]
    monkeypatch.setattr("strata.views.progress.time.monotonic", lambda: clock[0])
    text = io.StringIO()
    with Progress(Console(file=text, width=80), ["database"]) as progress:
        progress("database", "running", 0)
        hear = progress.watch("database")
        hear(APPLY)
        hear(started("aws_db_instance.database_instance"))
        for clock[0] in range(10, 71, 10):
            progress.still()
    assert text.getvalue().splitlines() == [
        "database   applying         0 s",
        "database   applying        40 s  aws_db_instance.database_instance 40 s",
    ]


def test_elsewhere_a_layer_whose_terraform_says_nothing_is_named_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("strata.views.progress.LOOK_SECONDS", 0.01)
    monkeypatch.setattr("strata.views.progress.STILL_SECONDS", 0.02)
    told = threading.Event()

    class Log(io.StringIO):
        def write(self, text: str, /) -> int:
            if self.getvalue().count("applying") > 1:
                told.set()
            return super().write(text)

    with Progress(Console(file=Log(), width=80), ["cache"]) as progress:
        progress("cache", "running", 0)
        progress.watch("cache")(APPLY)
        assert told.wait(30)


def test_a_log_has_every_address_whole() -> None:
    address = "aws_vpc_security_group_ingress_rule.network_load_balancer_ingress_from_everywhere"
    text = io.StringIO()
    with Progress(Console(file=text, width=80), ["network"]) as progress:
        hear = progress.watch("network")
        for kind in ("apply_start", "apply_complete"):
            hear({"type": kind, "hook": {"resource": {"addr": address}, "action": "create"}})
        progress("network", "applied", 1)
    assert f"{address} took 0 s\n" in text.getvalue()


def test_work_goes_on_when_the_log_is_gone() -> None:
    class Gone(io.StringIO):
        def write(self, text: str, /) -> int:
            raise OSError(errno.EIO, "Input/output error")

    with Progress(Console(file=Gone(), width=80), ["cache"]) as progress:
        progress("cache", "applied", 1)


def lines(progress: Progress) -> list[str]:
    plain = io.StringIO()
    Console(file=plain, width=80).print(progress)
    return plain.getvalue().splitlines()


def test_a_terminal_has_one_line_per_layer_that_fits() -> None:
    text = io.StringIO()
    console = Console(file=text, force_terminal=True, width=80)
    with Progress(console, ["network", "edge", "service"]) as progress:
        progress("network", "applied", 12.4)
        progress("edge", "running", 0)
        progress.watch("edge")(APPLY)
        progress.watch("edge")(started(ADDRESS + '["x"]'))
        shown = lines(progress)
    assert [line.split()[:2] for line in shown] == [
        ["network", "applied"],
        ["edge", "applying"],
        ["service", "waiting"],
    ]
    assert "aws_vpc_security_group_ingress_rule.network_inst" in shown[1]
    assert shown[1].endswith("0 s")
    assert all(len(line) <= 80 for line in shown)
    assert "\x1b[" in text.getvalue()


def test_a_layer_that_is_done_names_what_took_longest() -> None:
    progress = Progress(Console(file=io.StringIO(), width=80), ["edge"])
    progress("edge", "running", 0)
    progress.watch("edge")(started("aws_lb.a"))
    progress.watch("edge")(ended("aws_lb.a"))
    progress("edge", "failed", 3.2)
    assert lines(progress)[0].split() == ["edge", "failed", "aws_lb.a", "took", "0", "s", "3", "s"]
