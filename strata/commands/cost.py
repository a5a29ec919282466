"""`strata cost`"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from strata.commands import complete
from strata.commands.base import AsJson, View, composed_stack, form_of, out, reviewed, view
from strata.errors import UsageError
from strata.machine.files import Unreadable, bytes_of, json_of
from strata.settings import Problem, Settings, load
from strata.settings.load import resolve
from strata.views.steps import step

if TYPE_CHECKING:
    from strata.cost.change import CostChange
    from strata.cost.estimate import Estimate
    from strata.documents.stacks import Stack


def cost(
    env: Annotated[
        str | None,
        typer.Argument(
            metavar="ENV",
            help="Name in envs/, or path to a TOML file.",
            autocompletion=complete.environments,
        ),
    ] = None,
    form: Annotated[str, typer.Option("--format", help="text, json or md.")] = "text",
    plan: Annotated[
        Path | None, typer.Option(help="Show what the plan in this folder changes.")
    ] = None,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Renew the prices through AWS's price list.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Estimate the cost of a month."""
    from strata.cost.change import change  # noqa: PLC0415 - what the command alone needs

    form = form_of(form, as_json=as_json)
    show, show_change = view(form, views()), view(form, views_of_a_change())
    if env is None and (plan or as_json or not refresh):
        raise UsageError("no environment is given", "strata cost prod")
    settings = load(env) if env else None
    plan_document = _read(plan, settings) if plan and settings else None
    if refresh:
        _refresh()
    if settings and plan_document is not None:
        typer.echo(show_change(change(plan_document, settings)), nl=False)
    elif settings:
        typer.echo(show(estimated(settings, composed_stack(settings))), nl=False)


def views() -> Mapping[str, View["Estimate"]]:
    """Format -> the view that writes an estimate in it."""
    from strata.views import data, markdown  # noqa: PLC0415 - what the command alone needs
    from strata.views.text import cost as terminal  # noqa: PLC0415

    return {"text": terminal.estimate, "json": data.as_json, "md": markdown.estimate}


def views_of_a_change() -> Mapping[str, View["CostChange"]]:
    """Format -> the view that writes a change of cost in it."""
    from strata.views import data, markdown  # noqa: PLC0415 - what the command alone needs
    from strata.views.text import cost as terminal  # noqa: PLC0415

    return {"text": terminal.change, "json": data.as_json, "md": markdown.cost_change}


def estimated(settings: Settings, composed: "Stack") -> "Estimate":
    """What an environment costs a month, from its composed stack."""
    from strata.cost.estimate import estimate  # noqa: PLC0415
    from strata.cost.prices import shipped  # noqa: PLC0415
    from strata.cost.resources import of_stack  # noqa: PLC0415

    return estimate(of_stack(composed), settings, shipped())


def over_budget(env: str, settings: Settings, composed: "Stack") -> Problem | None:
    """The problem of an environment whose cost exceeds its budget; None without one."""
    if settings.cost.budget_usd_per_month is None:
        return None
    from strata.cost.budget import over_budget as judge  # noqa: PLC0415

    shows = settings.environment.command("cost")
    return judge(estimated(settings, composed), resolve(env), shows)


def _read(folder: Path, settings: Settings) -> dict[str, Any]:
    """Terraform's plan in a folder; a review beside it must be of the same settings."""
    from strata.review.record import PLAN, REVIEW  # noqa: PLC0415

    if (folder / REVIEW).exists():
        reviewed(folder, settings)
    file = folder / PLAN
    try:
        plan = json_of(bytes_of(file))
    except Unreadable as error:
        raise UsageError(f"{file}: {error.why}", "strata plan ENV --out DIR") from None
    if not isinstance(plan, dict) or "resource_changes" not in plan:
        raise UsageError(f"{file} is no plan: no resource_changes", "strata plan ENV --out DIR")
    return plan


def _refresh() -> None:
    """Update the price file; it is left alone unless the whole price list could be read."""
    from strata.cost.prices import FILE, shipped  # noqa: PLC0415
    from strata.cost.refresh import refreshed, write  # noqa: PLC0415

    prices = shipped()
    out.print(f"requesting {len(prices)} prices from AWS")
    with step("reading AWS's price list"):
        result = refreshed(prices)
    write(result.prices, FILE)
    shipped.cache_clear()
    out.print(f"{result.changed} changed")
    for name in result.unanswered:
        out.print(f"  not answered, unchanged: {name}")
