"""`strata status`"""

import typer

from strata.commands.base import AsJson, Env, ServiceName, print_json
from strata.commands.common import aim
from strata.settings import load


def status(env: Env, *, service: ServiceName = None, as_json: AsJson = False) -> None:
    """Show what runs: image, tasks, instances, targets, deployments, jobs, alarms, address."""
    from strata.release.place import take_over_command  # noqa: PLC0415 - boto3 takes its time
    from strata.release.status import status as read  # noqa: PLC0415 - boto3 takes its time
    from strata.views.text.release import status as text  # noqa: PLC0415

    settings = load(env)
    aim(settings.environment)
    report = read(settings, service or "")
    if as_json:
        print_json(report)
    else:
        typer.echo(text(report, take_over_command(settings.environment, service or "")), nl=False)
