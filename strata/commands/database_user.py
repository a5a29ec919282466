"""`strata database-user`"""

from strata.commands.base import Env, out
from strata.commands.common import aim, alone
from strata.settings import load
from strata.views.steps import step


def database_user(env: Env) -> None:
    """Make the application's user in the database, or set its password and privileges again."""
    from strata.release import app_user  # noqa: PLC0415 - boto3 takes its time
    from strata.state import preflight  # noqa: PLC0415

    settings = load(env)
    app_user.required(settings)
    aim(settings.environment)
    preflight.check(settings.environment)
    with alone(settings.environment.name), step("making the user in the database"):
        app_user.make(settings, again=True)
    out.print("the database has the user, with the password and privileges that it is to have")
