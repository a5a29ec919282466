"""`strata gate`"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from strata.commands import complete
from strata.commands.base import AsJson, View, form_of, judged, out, synthesize_to, view
from strata.errors import UsageError
from strata.machine.private import PrivateFolder
from strata.settings import load_each
from strata.settings.load import distinct
from strata.views.steps import step

if TYPE_CHECKING:
    from strata.documents import Json
    from strata.gate.report import Report
    from strata.gate.waivers import Waiver


def gate(
    envs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ENV",
            help="Names or paths.",
            callback=distinct,
            autocompletion=complete.environments,
        ),
    ] = None,
    synthesized: Annotated[
        Path | None, typer.Option(help="Judge what `strata synth --out` wrote here.")
    ] = None,
    plan: Annotated[
        Path | None, typer.Option(help="Judge what this saved plan resolved, too.")
    ] = None,
    form: Annotated[str, typer.Option("--format", help="text, json, sarif or junit.")] = "text",
    file: Annotated[Path | None, typer.Option("--out", help="Write the report here.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Judge what would be built; exit code 1: findings, 2: no verdict."""
    from strata.views.text.gate import STYLES  # noqa: PLC0415

    form = form_of(form, as_json=as_json)
    write = view(form, views())
    if envs and synthesized:
        raise UsageError("give environments, or --synthesized DIR", "strata gate local")
    if file:
        # The report of an earlier run must not be taken for that of a run without a verdict.
        _write(file, "")
    verdict = _verdict(envs or [], synthesized, plan)
    rendered = write(verdict)
    if file:
        _write(file, rendered)
    elif form == "text":
        for line in rendered.splitlines():
            out.print(Text(line, STYLES.get(line.partition(":")[0], "")))
    else:
        typer.echo(rendered, nl=False)
    if verdict.findings:
        raise typer.Exit(1)


def views() -> Mapping[str, View["Report"]]:
    """Format -> the view that writes a verdict in it."""
    from strata.views import data, junit, sarif  # noqa: PLC0415 - checkov takes its time
    from strata.views.text import gate as terminal  # noqa: PLC0415

    return {
        "text": terminal.text,
        "json": data.as_ascii_json,
        "sarif": lambda verdict: sarif.sarif(verdict, _lines(verdict)),
        "junit": junit.junit,
    }


def _lines(verdict: "Report") -> "Mapping[Waiver, int]":
    """Where the waivers stand that were used: another process may have read them."""
    from strata.gate.waivers import read  # noqa: PLC0415 - not needed for other formats

    return {waiver: waiver.line for waiver in read()} if verdict.waivers else {}


def _verdict(envs: list[str], synthesized: Path | None, plan: Path | None) -> "Report":
    from strata.gate.judge import judge  # noqa: PLC0415
    from strata.gate.judging_process import judging_process  # noqa: PLC0415
    from strata.gate.plan import planned_environment, read_plan  # noqa: PLC0415

    plans: dict[str, Json] = {}
    if plan:
        plan_document = read_plan(plan)
        planned = planned_environment(plan_document)
        if not planned:
            raise UsageError(f"{plan}: no resource in it says which environment it belongs to")
        plans[planned] = plan_document
        if not synthesized:
            envs = envs or [planned]
    if synthesized:
        with step(f"judging {synthesized}"):
            return judge(synthesized, plans=plans)
    if not envs:
        raise UsageError("give environments, --synthesized DIR or --plan FILE", "strata gate local")
    settings = load_each(envs)
    with judging_process() as begin, PrivateFolder() as folder:
        synthesize_to(folder, settings)
        return judged(envs, settings, folder, plans, begin)


def _write(file: Path, content: str) -> None:
    try:
        file.write_text(content, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from None
