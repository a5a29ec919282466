"""RDS: what Terraform reads back is not what it made, or is of another database.

Parameters that were set have no `Source`, so Terraform plans to set them again. Every database has
the same resource identifier, by which Terraform waits for its own: with a second one beside it, it
finds two.
"""

import secrets
import string
from typing import Any

from moto.rds.models import DBInstance, DBParameterGroup

update = DBParameterGroup.update_parameters
make = DBInstance.__init__


def _update(self: Any, new_parameters: list[dict[str, Any]]) -> None:
    update(self, [{**parameter, "Source": "user"} for parameter in new_parameters])


def _make(self: Any, *args: Any, **kwargs: Any) -> None:
    make(self, *args, **kwargs)
    letters = string.ascii_uppercase + string.digits
    self.dbi_resource_id = "db-" + "".join(secrets.choice(letters) for _ in range(26))


def fill() -> None:
    """Say that the user set them, and give each database an identifier of its own."""
    DBParameterGroup.update_parameters = _update
    DBInstance.__init__ = _make
