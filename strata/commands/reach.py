"""`strata reach`"""

from typing import TYPE_CHECKING, Annotated

import typer

from strata.commands import complete
from strata.commands.base import AsJson, Env, composed_stack, out, print_json, reach_report
from strata.errors import UsageError
from strata.settings import Settings, load
from strata.views.steps import step

if TYPE_CHECKING:
    from strata.reach import Network


def reach(
    env: Env,
    source: Annotated[
        str | None,
        typer.Argument(metavar="FROM", help="Who asks.", autocompletion=complete.sources),
    ] = None,
    target: Annotated[
        str | None,
        typer.Argument(metavar="TO", help="Who answers.", autocompletion=complete.targets),
    ] = None,
    port: Annotated[
        int | None,
        typer.Argument(metavar="PORT", min=0, max=65535, help="At which port; by default at any."),
    ] = None,
    *,
    live: Annotated[bool, typer.Option("--live", help="Judge what exists in AWS.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show who can reach what: the table, or one path explained; exit code 1: not as expected."""
    from strata.reach.model import AWS_APIS, NAMES  # noqa: PLC0415

    settings = load(env)
    if source is not None and target is None:
        again = settings.environment.command("reach", source, "database")
        raise UsageError("TO is missing", again)
    for name, endpoints in ((source, NAMES[:-1]), (target, NAMES)):
        if name is not None and name not in endpoints:
            raise UsageError(
                f"{name} only answers" if name == AWS_APIS else f"{name} is no endpoint",
                f"one of {', '.join(endpoints)}",
            )
    if source and target:
        _path(settings, (source, target, port), live=live, as_json=as_json)
    else:
        _table(env, settings, live=live, as_json=as_json)


def _network(settings: Settings, *, live: bool) -> "Network":
    """The network of the composed stack, or the one in AWS."""
    if live:
        from strata.commands.common import aim  # noqa: PLC0415
        from strata.reach.from_aws import from_aws  # noqa: PLC0415
        from strata.state import preflight  # noqa: PLC0415 - boto3 takes its time

        aim(settings.environment)
        preflight.check_account(settings.environment)
        with step("reading the network from AWS"):
            return from_aws(settings.environment, settings.network.existing)
    from strata.reach import from_stack  # noqa: PLC0415

    return from_stack(composed_stack(settings))


def _table(env: str, settings: Settings, *, live: bool, as_json: bool) -> None:
    from strata.views.text.reach import table_lines  # noqa: PLC0415

    report = reach_report(env, settings, _network(settings, live=live), live=live)
    if as_json:
        print_json(report)
    else:
        for line, good in table_lines(report):
            out.print(line, style=None if good else "red")
    if not report.met:
        raise typer.Exit(1)


def _path(
    settings: Settings,
    ends: tuple[str, str, int | None],
    *,
    live: bool,
    as_json: bool,
) -> None:
    from strata.reach import explain  # noqa: PLC0415
    from strata.reach.report import path  # noqa: PLC0415
    from strata.reach.table import refuse_unread  # noqa: PLC0415
    from strata.views.text.reach import path_lines  # noqa: PLC0415

    network = _network(settings, live=live)
    refuse_unread(network)
    report = path(explain(network, *ends))
    if as_json:
        print_json(report)
        return
    for line in path_lines(settings.environment.name, report):
        out.print(line)
