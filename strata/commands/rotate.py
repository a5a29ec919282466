"""`strata rotate`"""

from enum import StrEnum
from typing import Annotated

import typer

from strata.commands.base import Env, out
from strata.commands.common import aim, alone
from strata.errors import StrataError
from strata.settings import Settings, load
from strata.views.steps import step


class What(StrEnum):
    """What gets a new value."""

    DATABASE = "database"
    REDIS = "redis"
    APP = "app"


def rotate(
    env: Env,
    what: Annotated[What, typer.Argument(metavar="WHAT", help="What gets a new value.")],
) -> None:
    """Give the database, Redis or the application's database user a new password."""
    from strata.state import preflight  # noqa: PLC0415 - boto3 takes its time

    settings = load(env)
    aim(settings.environment)
    preflight.check(settings.environment)
    with alone(settings.environment.name):
        if what is What.DATABASE:
            _database(settings)
        elif what is What.REDIS:
            _redis(settings)
        else:
            _app(settings)


def _database(settings: Settings) -> None:
    from strata.release import rotation  # noqa: PLC0415
    from strata.state.states import required_outputs  # noqa: PLC0415

    [secret_arn] = required_outputs(settings.environment, "database", "master_user_secret_arn")
    of_tasks = settings.database.app_user is None
    services = rotation.Services.of(settings) if of_tasks else None
    with step("waiting for the database's new password"):
        rotation.rotate_password(settings.environment, secret_arn)
    out.print("the database has a new password")
    if services is None:
        out.print("no task has it: the application is a user of its own")
        return
    with step("deploying the service anew"):
        services.deploy_anew(by_rule=True, say=out.print)
    out.print("every task has it: none with the old one is left")


def _redis(settings: Settings) -> None:
    from strata.apply.redis_auth import rotate_redis_auth  # noqa: PLC0415
    from strata.release import rotation  # noqa: PLC0415
    from strata.state.states import required_outputs  # noqa: PLC0415

    if not settings.cache.auth:
        raise StrataError("Redis has no token: cache.auth = false", "there is nothing to rotate")

    def deploy() -> None:
        out.print("Redis takes a new token beside the old one")
        services = rotation.Services.of(settings)
        with step("deploying the service anew"):
            services.deploy_anew(by_rule=False, say=out.print)

    with step("giving Redis a new token"):
        group, secret_arn = required_outputs(
            settings.environment, "cache", "replication_group_id", "auth_token_secret_arn"
        )
        rotate_redis_auth(settings.environment, group, secret_arn, deploy)
    out.print("every task has the new token, and Redis takes no other")


def _app(settings: Settings) -> None:
    from strata.release import app_user, rotation  # noqa: PLC0415

    services = rotation.Services.of(settings)

    def deploy() -> None:
        with step("deploying the service anew"):
            services.deploy_anew(by_rule=True, say=out.print)

    with step("making another user in the database"):
        app_user.rotate(settings, deploy, out.print)
    out.print("every task is the new user, and the one before can log in no more")
