"""What AWS would refuse of a plan, as the commands that plan and apply show it."""

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from strata.settings import Settings
from strata.settings.load import Problem, invalid
from strata.settings.models import Environment
from strata.views.steps import step

if TYPE_CHECKING:
    from strata.apply.offered import Offered
    from strata.aws.offers import Offers
    from strata.plan_file.changes import Change


OFFERS = "asking AWS what it offers this account"
"""A step of the work, as it is shown."""


class Account:
    """The account of an environment, for all the questions of one command: what serves several of
    them is asked once."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    @cached_property
    def offers(self) -> "Offers":
        """What asks AWS, made when it is first needed."""
        from strata.aws.offers import Offers  # noqa: PLC0415 - boto3 takes its time
        from strata.aws.session import session  # noqa: PLC0415

        return Offers(session(self._environment))

    def read_descriptions(self) -> None:
        """Read the descriptions of the services that are asked after a plan, which takes as long as
        to ask them."""
        self.offers.read_descriptions()


def require_offered(
    env: str, settings: Settings, changes: Sequence["Change"], account: Account
) -> list[str]:
    """Raise InvalidSettings for what AWS would refuse of these changes; returns lines to print."""
    with step(OFFERS):
        found = _look(settings, changes, account)
    if found.refused:
        raise invalid(env, found.refused)
    return _lines(env, found)


def require_plannable(env: str, settings: Settings, account: Account) -> None:
    """Raise InvalidSettings for what Terraform cannot look up, since it plans nothing then."""
    require_secrets(env, settings)
    require_network(env, settings, account)


def require_secrets(env: str, settings: Settings) -> None:
    """Raise InvalidSettings for secrets that Terraform cannot look up, since it plans nothing then.

    Where AWS cannot be asked, Terraform says why.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - takes its time

    from strata.release import secret_store  # noqa: PLC0415

    store = secret_store.Store(settings.environment)
    try:
        missing = [one for stops, one in secret_store.judged(settings, store, named=True) if stops]
    except (ClientError, BotoCoreError):
        return
    if missing:
        raise invalid(env, missing)


def require_network(env: str, settings: Settings, account: Account) -> None:
    """Raise InvalidSettings for a VPC or subnets of others that Terraform cannot look up.

    Where AWS cannot be asked, Terraform says why.
    """
    if settings.network.existing is None:
        return
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - takes its time

    from strata.apply.existing_network import unplannable  # noqa: PLC0415

    try:
        found = account.offers.network(settings.network)
    except (ClientError, BotoCoreError):
        return
    if missing := [*unplannable(settings, found)]:
        raise invalid(env, missing)


def offered_lines(
    env: str, settings: Settings, changes: Sequence["Change"], account: Account
) -> list[str]:
    """Lines about what AWS would refuse of these changes, and about what was not asked."""
    found = _look(settings, changes, account)
    refused = invalid(env, found.refused).problems if found.refused else ()
    return [
        *(f"refused    {_line(problem)}" for problem in refused),
        *_lines(env, found),
    ]


def _look(settings: Settings, changes: Sequence["Change"], account: Account) -> "Offered":
    from strata.apply.offered import look  # noqa: PLC0415 - boto3 takes its time

    return look(settings, changes, account.offers)


def _lines(env: str, found: "Offered") -> list[str]:
    warnings = invalid(env, found.warnings).problems if found.warnings else ()
    return [
        *(f"warning    {_line(problem)}" for problem in warnings),
        *(f"not asked  {words}" for words in found.not_asked),
    ]


def _line(problem: Problem) -> str:
    where = f"{problem.file}:{problem.line}" if problem.line else f"{problem.file}"
    return f"{where}: {problem.key} = {problem.value} {problem.wrong}; right: {problem.right}"
