"""The table of paths, and one path, for a terminal of 80 columns."""

from collections.abc import Iterator

from strata.reach.checks import Step
from strata.reach.intervals import PORTS, Intervals
from strata.reach.report import Packet, Path, TableReport, TableRow
from strata.text.wrapping import indented


def table_lines(report: TableReport, *, broken_only: bool = False) -> Iterator[tuple[str, bool]]:
    """Lines of the table, or of what is not as expected in it, and whether each is good."""
    rows = [row for row in report.rows if not (broken_only and row.met)]
    if rows:
        yield _line("from", "to", "ports", "is", "expected", ""), True
    for row in rows:
        one = row.path
        ports = _ports(Intervals(tuple(one.ports)))
        expected = "yes" if row.met else "no"
        yield _line(one.source, one.target, ports, one.state, expected, row.why), row.met
        if not row.met:
            yield from ((line, False) for line in _failure(row))
    if report.absent:
        yield f"not there: {', '.join(report.absent)}", False
    met = sum(row.met for row in report.rows)
    words = f"{report.environment}: {met} of {len(report.rows)} paths are as expected"
    yield words, report.met


def _line(*columns: str) -> str:
    return "{:13}  {:13}  {:11}  {:6}  {:8}  {}".format(*columns).rstrip()


def _ports(ports: Intervals) -> str:
    if ports == PORTS:
        return "any"
    rest = PORTS - ports
    return f"not {rest}" if len(f"not {rest}") < len(f"{ports}") else f"{ports}"


def _failure(row: TableRow) -> Iterator[str]:
    if row.file:
        yield f"  set in {row.file}:{row.line}"
    packet = row.path.stops if row.must_be == "open" else row.path.passes
    if packet and row.decides:
        yield from indented(_of(packet, row.path), 2)
        yield from _step(row.decides)


def _of(packet: Packet, one: Path) -> str:
    source = packet.source_subnet or one.source
    target = packet.target_subnet or one.target
    return f"{source} to {target}, {one.protocol} {packet.port}, reply to {packet.reply_port}"


def _step(step: Step) -> Iterator[str]:
    yield f"  {step.way}, {step.kind}: {'passes' if step.passes else 'stops'}"
    yield from indented(step.text, 4)
    yield f"    {step.rule}"


def path_lines(environment: str, one: Path) -> Iterator[str]:
    """One path, explained."""
    ports = Intervals(tuple(one.ports))
    title = f"{environment}: {one.source} to {one.target}, {one.protocol} {_ports(ports)}"
    yield f"{title}: {one.state}"
    open_, partly = Intervals(tuple(one.open_ports)), Intervals(tuple(one.partly_open_ports))
    if len(ports.pairs) > 1 or any(low < high for low, high in ports.pairs):
        for word, some in (("open", open_), ("partly", partly), ("shut", ports - open_ - partly)):
            if some:
                yield from indented(f"{word:6} {some}", 2, 7)
    if one.state == "open":
        low, high = one.reply_ports
        yield f"between all places of the two, with replies on every port from {low} to {high}"
    if one.state == "absent":
        yield f"not there: {', '.join(one.absent)}"
    for word, packet in (("passes", one.passes), ("is stopped", one.stops)):
        if packet:
            yield ""
            yield from indented(f"{word}: {_of(packet, one)}", 0)
            for step in packet.steps:
                yield from _step(step)
