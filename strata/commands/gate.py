"""`strata gate`"""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from strata.commands.common import judged
from strata.errors import UsageError
from strata.settings import load_each
from strata.synthesis import synthesize


def gate(
    envs: Annotated[
        list[str] | None, typer.Argument(metavar="[ENV...]", help="Names or paths.")
    ] = None,
    synthesized: Annotated[
        Path | None, typer.Option(help="Judge what `strata synth --out` wrote here.")
    ] = None,
    form: Annotated[str, typer.Option("--format", help="text, json, sarif or junit.")] = "text",
    file: Annotated[Path | None, typer.Option("--out", help="Write the report here.")] = None,
) -> None:
    """Judge what would be built; exit code 1: findings, 2: no verdict."""
    from strata.gate.judge import judge  # noqa: PLC0415
    from strata.gate.report import FORMATS  # noqa: PLC0415

    if form not in FORMATS:
        raise UsageError(f"--format {form} is not known", f"one of {', '.join(FORMATS)}")
    if envs and not synthesized:
        settings = load_each(envs)
        with tempfile.TemporaryDirectory() as folder:
            synthesize(settings, Path(folder))
            verdict = judged(envs, settings, Path(folder))
    elif synthesized and not envs:
        verdict = judge(synthesized)
    else:
        raise UsageError("give environments, or --synthesized DIR", "strata gate local")
    shown = FORMATS[form](verdict)
    if file:
        file.write_text(shown, encoding="utf-8")
    else:
        typer.echo(shown, nl=False)
    if verdict.findings:
        raise typer.Exit(1)
