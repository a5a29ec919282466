"""Progress on a terminal and elsewhere."""

import io
from typing import Any

from rich.console import Console

from strata.progress import Progress

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
