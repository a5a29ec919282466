"""RDS: parameters that were set have no `Source`, so Terraform plans to set them again."""

from typing import Any

from moto.rds.models import DBParameterGroup

update = DBParameterGroup.update_parameters


def _update(self: Any, new_parameters: list[dict[str, Any]]) -> None:
    update(self, [{**parameter, "Source": "user"} for parameter in new_parameters])


def fill() -> None:
    """Say that the user set them."""
    DBParameterGroup.update_parameters = _update
