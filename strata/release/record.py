"""The parameter in Systems Manager that says which image runs, so that the next plan knows it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from strata.aws.errors import explain
from strata.aws.session import IMPATIENT, session
from strata.errors import StrataError
from strata.release.place import Place
from strata.settings.models import Environment


@dataclass(frozen=True)
class Record:
    """The parameter: its name, the full reference of the image, and when it was written."""

    name: str
    image: str
    written_at: datetime


class Records:
    """The record of an environment."""

    def __init__(self, environment: Environment, place: Place) -> None:
        self._client: Any = session(environment).client("ssm", config=IMPATIENT)
        self._place = place

    def read(self) -> Record | None:
        """The record; None before the first apply that makes it.

        Its name ends with the tag that was last applied, which another tag in the settings does not
        change: it is looked for by its path.
        """
        try:
            pages = self._client.get_paginator("get_parameters_by_path").paginate(
                Path=self._place.parameters, Recursive=True
            )
            parameters = [one for page in pages for one in page["Parameters"]]
        except (ClientError, BotoCoreError) as error:
            raise explain(error) from error
        found = [Record(one["Name"], one["Value"], one["LastModifiedDate"]) for one in parameters]
        own = [one for one in found if one.name == self._place.parameter]
        # An apply that was cut off may have left the parameter of the tag before.
        return next(iter(own or sorted(found, key=lambda one: one.written_at, reverse=True)), None)

    def known(self) -> Record:
        """The record; raises StrataError when there is none."""
        record = self.read()
        if record is None:
            raise StrataError(
                f"there is no parameter below {self._place.parameters}: it says which image runs",
                f"{self._place.environment.command('apply')} makes it, and changes nothing that "
                "runs",
            )
        return record

    def write(self, record: Record, image: str) -> None:
        """Note that `image` runs."""
        try:
            self._client.put_parameter(Name=record.name, Value=image, Overwrite=True)
        except (ClientError, BotoCoreError) as error:
            raise explain(error) from error
