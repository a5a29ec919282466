"""The table and one path, as data."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from strata.reach.checks import Step
from strata.reach.evaluate import State, Trace, Verdict
from strata.reach.table import Row


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Packet(_Model):
    """One packet and its reply: subnets (none outside of the VPC), ports, and what they met."""

    source_subnet: str | None
    target_subnet: str | None
    port: int
    reply_port: int
    steps: list[Step]


class Path(_Model):
    """Whether ports of one endpoint are open to another.

    `open_ports` are open whatever happens, `partly_open_ports` for some subnets, addresses or reply
    ports only. `reply_ports` are those that the source may take replies on. `passes` is a packet
    that passes, `stops` one that does not. `absent` are endpoints that are not there.
    """

    source: str
    target: str
    protocol: str
    ports: list[tuple[int, int]]
    state: State
    open_ports: list[tuple[int, int]]
    partly_open_ports: list[tuple[int, int]]
    reply_ports: tuple[int, int]
    passes: Packet | None
    stops: Packet | None
    absent: list[str]
    foreign: str = ""


class TableRow(_Model):
    """One expectation; `file` and `line` say where a user wrote it."""

    path: Path
    must_be: str
    met: bool
    why: str
    decides: Step | None
    file: str
    line: int


class TableReport(_Model):
    """The table of an environment; `model_json_schema()` of it is what JSON output follows.

    `foreign` is the id of a VPC that is not Strata's and was not read, as in Path.
    """

    environment: str
    live: bool
    met: bool
    absent: list[str]
    rows: list[TableRow]
    foreign: str = ""


def path(verdict: Verdict) -> Path:
    """A verdict as data."""
    return Path(
        source=verdict.source,
        target=verdict.target,
        protocol=verdict.protocol,
        ports=list(verdict.ports.pairs),
        state=verdict.state,
        open_ports=list(verdict.always.pairs),
        partly_open_ports=list((verdict.ever - verdict.always).pairs),
        reply_ports=verdict.reply_ports,
        passes=_packet(verdict.through),
        stops=_packet(verdict.stopped),
        absent=list(verdict.absent),
        foreign=verdict.foreign,
    )


def _packet(trace: Trace | None) -> Packet | None:
    if trace is None:
        return None
    return Packet(
        source_subnet=trace.source,
        target_subnet=trace.target,
        port=trace.port,
        reply_port=trace.reply_port,
        steps=list(trace.steps),
    )


def table_report(
    environment: str, rows: Sequence[Row], *, live: bool, file: str, lines: Sequence[int]
) -> TableReport:
    """The table as data; `lines` are those of the `[[reach]]` in `file`."""
    return TableReport(
        environment=environment,
        live=live,
        met=all(row.met for row in rows),
        absent=sorted({name for row in rows for name in row.verdict.absent}),
        rows=[
            TableRow(
                path=path(row.verdict),
                must_be="open" if row.expectation.open else "shut",
                met=row.met,
                why=row.expectation.why,
                decides=row.decides,
                file="" if row.expectation.own is None else file,
                line=0 if row.expectation.own is None else lines[row.expectation.own],
            )
            for row in rows
        ],
        foreign=next((row.verdict.foreign for row in rows), ""),
    )
