"""Progress on a terminal and elsewhere."""

import io

from rich.console import Console

from strata.progress import Progress


def test_elsewhere_each_change_is_a_plain_line() -> None:
    text = io.StringIO()
    with Progress(Console(file=text, width=80), ["network", "edge"]) as progress:
        progress("network", "running", 0)
        progress("network", "applied", 12.4)
    assert text.getvalue() == "network    running\nnetwork    applied            12 s\n"


def test_a_terminal_has_one_line_per_layer_with_state_and_time() -> None:
    text = io.StringIO()
    console = Console(file=text, force_terminal=True, width=80)
    with Progress(console, ["network", "edge"]) as progress:
        progress("network", "applied", 12.4)
        progress("edge", "failed", 3.2)
    plain = Console(file=io.StringIO(), width=80)
    plain.print(progress)
    lines = [line.split() for line in plain.file.getvalue().splitlines()]  # type: ignore[attr-defined]
    assert lines == [["network", "applied", "12", "s"], ["edge", "failed", "3", "s"]]
    assert "\x1b[" in text.getvalue()
