"""Shared code of the commands that release."""

from typing import TYPE_CHECKING

import typer

from strata.commands.base import out, print_json
from strata.commands.common import aim
from strata.errors import Answered, StrataError
from strata.machine.signals import Stopped
from strata.machine.unforeseen import say
from strata.settings import Settings, load
from strata.settings.resource_names import base

if TYPE_CHECKING:
    from strata.release.releasing import Releases
    from strata.release.verdict import Wanted
    from strata.settings.models import Told

FAILED, UNDECIDED = 1, 3


def releases(env: str, service: str | None) -> "Releases":
    """The releases of a service of an environment, once AWS has answered as the right account."""
    from strata.release.place import place  # noqa: PLC0415 - boto3 takes its time
    from strata.release.releasing import Releases  # noqa: PLC0415
    from strata.state import preflight  # noqa: PLC0415

    settings = load(env)
    place(settings, service or "")
    aim(settings.environment)
    preflight.check_account(settings.environment)
    return Releases(settings, service=service or "")


def tell(settings: Settings, end: "Told", text: str) -> None:
    """Tell the webhook of `[notify]`, if there is one, how a release ended.

    What goes wrong is said, and changes nothing about the release.
    """
    from strata.release import webhook  # noqa: PLC0415 - boto3 takes its time

    notify = settings.notify
    if notify is None or notify.webhook_secret is None or end not in notify.on:
        return
    try:
        webhook.tell(settings.environment, notify.webhook_secret, text)
    except StrataError as error:
        say(f"the webhook was not told: {error.message}")


def released(
    work: "Releases", wanted: "Wanted", *, watch: bool, timeout: float, as_json: bool
) -> None:
    """Say what becomes of a deployment; ends with 1 when it failed, 3 when it is not decided."""
    from strata.release.verdict import FINAL, Outcome  # noqa: PLC0415
    from strata.views.text.release import notice  # noqa: PLC0415
    from strata.views.text.release import verdict as text  # noqa: PLC0415

    again = work.command("deploy", "--watch-only")
    out.print(f"deployment {wanted.deployment} of revision {wanted.revision} has begun")
    if not watch:
        if as_json:
            print_json(work.verdict(wanted))
        out.print(f"next       {again} watches it")
        return
    try:
        found = work.watch(wanted, lambda progress: out.print(f"tasks      {progress}"), timeout)
    except (KeyboardInterrupt, Stopped):
        say(f"the deployment goes on; {again} watches it")
        raise
    except StrataError as error:
        raise StrataError(
            f"{error.message}\nthe deployment goes on without being watched",
            "\n".join(filter(None, [error.hint, f"{again} goes on watching it, and "
                                    f"{work.command('status')} shows it"])),
        ) from error  # fmt: skip
    if as_json:
        print_json(found)
    else:
        typer.echo(text(found), nl=False)
    if found.outcome in FINAL:
        system = base(work.settings.environment)
        end: Told = "completed" if found.outcome is Outcome.COMPLETED else "failed"
        tell(work.settings, end, notice(system, found))
    if found.outcome is Outcome.COMPLETED:
        return
    if found.outcome not in FINAL:
        out.print(f"next       {again} goes on watching it")
        raise Answered(UNDECIDED)
    raise Answered(FAILED)
