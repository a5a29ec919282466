"""The table of paths, and one path, for a terminal of 80 columns."""

from collections.abc import Iterator

from strata.reach.checks import Step
from strata.reach.intervals import PORTS, Intervals
from strata.reach.report import Packet, Path, TableReport, TableRow
from strata.text.wrapping import indented, wrapped


def table_lines(report: TableReport, *, broken_only: bool = False) -> Iterator[tuple[str, bool]]:
    """Lines of the table, or of its rows that are not as expected, and whether each is good."""
    rows = [row for row in report.rows if not (broken_only and row.met)]
    if rows:
        yield _line("from", "to", "ports", "is", "expected", ""), True
    for row in rows:
        path = row.path
        ports = _ports(Intervals(tuple(path.ports)))
        expected = "yes" if row.met else "no"
        expected = "-" if path.state == "unknown" and row.met else expected
        yield _line(path.source, path.target, ports, path.state, expected, row.why), row.met
        if not row.met:
            yield from ((line, False) for line in _failure(row))
    if report.absent:
        yield f"not there: {', '.join(report.absent)}", False
    unknown = sum(row.path.state == "unknown" for row in report.rows)
    if unknown:
        for line in wrapped(f"unknown: {_not_read(report.foreign)}", "", "  "):
            yield line, True
    met = sum(row.met for row in report.rows)
    words = f"{report.environment}: {met - unknown} of {len(report.rows)} paths are as expected"
    yield words + (f", {unknown} are not known" if unknown else ""), report.met


def _not_read(vpc: str) -> str:
    return (
        f"the security groups let it pass; routes and network ACLs of {vpc} are not Strata's and "
        "were not read (--live reads them)"
    )


def _line(*columns: str) -> str:
    return "{:13}  {:13}  {:11}  {:8}{:8}  {}".format(*columns).rstrip()


def _ports(ports: Intervals) -> str:
    if ports == PORTS:
        return "any"
    others = PORTS - ports
    return f"not {others}" if len(f"not {others}") < len(f"{ports}") else f"{ports}"


def _failure(row: TableRow) -> Iterator[str]:
    if row.file:
        yield f"  set in {row.file}:{row.line}"
    packet = row.path.stops if row.must_be == "open" else row.path.passes
    if packet and row.decides:
        yield from indented(_of(packet, row.path), 2)
        yield from _step(row.decides)


def _of(packet: Packet, path: Path) -> str:
    source = packet.source_subnet or path.source
    target = packet.target_subnet or path.target
    return f"{source} to {target}, {path.protocol} {packet.port}, reply to {packet.reply_port}"


def _step(step: Step) -> Iterator[str]:
    answer = ("passes" if step.passes else "stops") if step.known else "not known"
    yield f"  {step.way}, {step.kind}: {answer}"
    yield from indented(step.text, 4)
    yield f"    {step.rule}"


def path_lines(environment: str, path: Path) -> Iterator[str]:
    """One path, explained."""
    ports = Intervals(tuple(path.ports))
    title = f"{environment}: {path.source} to {path.target}, {path.protocol} {_ports(ports)}"
    yield f"{title}: {path.state}"
    open_, partly = Intervals(tuple(path.open_ports)), Intervals(tuple(path.partly_open_ports))
    if len(ports.pairs) > 1 or any(low < high for low, high in ports.pairs):
        between = "unknown" if path.foreign else "partly"
        for word, some in (("open", open_), (between, partly), ("shut", ports - open_ - partly)):
            if some:
                yield from indented(f"{word:6} {some}", 2, 7)
    if path.state == "open":
        low, high = path.reply_ports
        yield f"between all places of the two, with replies on every port from {low} to {high}"
    if path.state == "absent":
        yield f"not there: {', '.join(path.absent)}"
    if path.state == "unknown":
        yield from wrapped(_not_read(path.foreign))
    packets = [("passes", path.passes), ("is stopped", path.stops)]
    if path.foreign and path.passes:
        # The same checks stop neither for certain, so that one packet says all.
        packets = [("may pass", path.passes)]
    for word, packet in packets:
        if packet:
            yield ""
            yield from indented(f"{word}: {_of(packet, path)}", 0)
            for step in packet.steps:
                yield from _step(step)
