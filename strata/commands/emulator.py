"""`strata emulator`"""

import shlex
from enum import StrEnum
from typing import Annotated

import typer

from strata.commands.base import AsJson, out, print_json
from strata.commands.common import running_emulator, start_emulator
from strata.local import emulator as emulation
from strata.local.ecs import FORMS, behave, control
from strata.terraform.plugins import terraform_environment


class Plan(StrEnum):
    """The plan of the account."""

    PAID = "paid"
    FREE = "free"


class Quotas(StrEnum):
    """The quotas of the account."""

    RAISED = "raised"
    NEW = "new"


app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="AWS on this machine, in memory."
)


@app.command("start")
def start(*, as_json: AsJson = False) -> None:
    """Start it, or say where it runs."""
    running = start_emulator()
    if as_json:
        _print(running)
    else:
        out.print(running.url)


@app.command("stop")
def stop() -> None:
    """Stop it; all that stands in it is gone."""
    out.print("stopped" if emulation.stop() else "was not running")


@app.command("status")
def status(*, as_json: AsJson = False) -> None:
    """Show whether it runs; exit code 1 when it does not."""
    running = emulation.status()
    if as_json:
        _print(running)
    else:
        out.print(f"{running.url}, process {running.pid}" if running else "not running")
    if not running:
        raise typer.Exit(1)


def _print(running: emulation.EmulatorStatus | None) -> None:
    from strata.commands.reports import EmulatorReport  # noqa: PLC0415 - takes its time

    print_json(
        EmulatorReport(
            running=running is not None,
            url=running.url if running else None,
            pid=running.pid if running else None,
        )
    )


@app.command("delegate")
def delegate(
    domain: Annotated[
        str, typer.Argument(metavar="DOMAIN", help="The domain, as `[edge] domain` has it.")
    ],
) -> None:
    """Let DOMAIN's registrar point at its hosted zone's name servers, as you would by hand."""
    emulation.delegate(running_emulator().url, domain)
    out.print(f"{domain}: the registrar points at the name servers of its hosted zone")


@app.command("push")
def push(
    repository: Annotated[
        str, typer.Argument(metavar="REPOSITORY", help="The name of the ECR repository.")
    ],
    tag: Annotated[
        str, typer.Argument(metavar="TAG", help="The tag, as `[service] image_tag` has it.")
    ],
    behaves: Annotated[
        str, typer.Option(help=f"What its containers do: {FORMS}.", metavar="WORDS")
    ] = "good",
    line: Annotated[list[str] | None, typer.Option(help="A line that they log.")] = None,
) -> None:
    """Put an image into a repository, now or as soon as it exists, as `docker push` would."""
    url = running_emulator().url
    behave(url, f"{repository}:{tag}", behaves, tuple(line or ()))
    emulation.push(url, repository, tag)
    out.print(f"{repository}:{tag}: is pushed, or will be once the repository exists")


@app.command("agent")
def agent(
    instance: Annotated[
        str, typer.Argument(metavar="INSTANCE", help="The EC2 instance, as `strata status` has it.")
    ],
    *,
    connect: Annotated[bool, typer.Option("--connect", help="ECS has it again.")] = False,
) -> None:
    """Let ECS lose the connection to the agent of INSTANCE, which goes on running."""
    control(running_emulator().url, agents={instance: connect})
    out.print(f"{instance}: ECS {'has' if connect else 'has lost'} the connection to its agent")


@app.command("spend")
def spend(
    budget: Annotated[
        str, typer.Argument(metavar="BUDGET", help="The budget's name, such as shop-local-budget.")
    ],
    usd: Annotated[
        float, typer.Argument(metavar="USD", min=0, help="What the month has cost so far.")
    ],
    *,
    forecast: Annotated[
        float | None, typer.Option(min=0, help="What it is forecast to cost; else the same.")
    ] = None,
) -> None:
    """Let the account's month have cost USD, and show whom BUDGET tells of it."""
    told = emulation.spend(running_emulator().url, budget, usd, forecast)
    out.print(f"{budget}: told {', '.join(told) or 'nobody'}")


@app.command("account")
def account(
    plan: Annotated[Plan | None, typer.Option(help="The plan of AWS's free tier.")] = None,
    quotas: Annotated[Quotas | None, typer.Option(help="new: those of a new account.")] = None,
    registry: Annotated[
        str | None,
        typer.Option(metavar="HOST:PORT", help="A registry on this machine that holds its images."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show what the emulator's account is set to, after changing it."""
    options = (("plan", plan), ("quotas", quotas))
    changes = {name: value.value for name, value in options if value}
    if registry is not None:
        changes["registry"] = registry
    current = emulation.account(running_emulator().url, **changes)
    if as_json:
        from strata.commands.reports import AccountReport  # noqa: PLC0415 - takes its time

        print_json(AccountReport.model_validate(current))
        return
    out.print(f"plan       {current['plan']}")
    out.print(f"quotas     {current['quotas']}")
    out.print(f"delegated  {', '.join(current['delegated']) or 'no domain'}")
    out.print(f"pushed     {', '.join(current['pushed']) or 'no image'}")
    out.print(f"registry   {current['registry'] or 'none: images are names alone'}")


@app.command("env")
def env() -> None:
    """Print what a shell needs for plain terraform and cdktf: eval "$(strata emulator env)"."""
    # All of it or nothing: a shell takes in whatever is printed.
    variables = {**terraform_environment(), **emulation.client_environment(running_emulator().url)}
    typer.echo(f"unset {' '.join(emulation.foreign())}")
    for name, value in variables.items():
        typer.echo(f"export {name}={shlex.quote(value)}")
