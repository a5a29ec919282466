"""CloudWatch Logs: a log group's class is dropped."""

from typing import Any

from moto.logs.models import LogGroup
from moto.logs.responses import LogsResponse as Response

create = Response.create_log_group
describe = LogGroup.to_describe_dict


def _create(self: Any) -> Any:
    answer = create(self)
    group = self.logs_backend.groups[self._get_param("logGroupName")]
    group.strata_class = self._get_param("logGroupClass") or "STANDARD"
    return answer


def _describe(self: Any) -> dict[str, Any]:
    return {**describe(self), "logGroupClass": getattr(self, "strata_class", "STANDARD")}


def fill() -> None:
    """Keep the class that a log group is made with."""
    Response.create_log_group = _create
    LogGroup.to_describe_dict = _describe
