"""CloudWatch Logs: a log group's class is dropped, and FilterLogEvents passes over the beginning of
streams' names that it is given."""

from typing import Any

from moto.logs.models import LogGroup
from moto.logs.responses import LogsResponse as Response

create = Response.create_log_group
filter_events = Response.filter_log_events
describe = LogGroup.to_describe_dict


def _create(self: Any) -> Any:
    answer = create(self)
    group = self.logs_backend.groups[self._get_param("logGroupName")]
    group.strata_class = self._get_param("logGroupClass") or "STANDARD"
    return answer


def _describe(self: Any) -> dict[str, Any]:
    return {**describe(self), "logGroupClass": getattr(self, "strata_class", "STANDARD")}


def _filter_events(self: Any) -> Any:
    prefix = self._get_param("logStreamNamePrefix")
    group = self.logs_backend.groups.get(self._get_param("logGroupName"))
    if prefix and group:
        get = self._get_param
        # With no name at all moto takes every stream.
        names = [name for name in group.streams if name.startswith(prefix)] or [prefix]
        self._get_param = lambda name, *default: (
            names if name == "logStreamNames" else get(name, *default)
        )
    return filter_events(self)


def fill() -> None:
    """Keep the class that a log group is made with, and look through the streams that are asked for
    alone."""
    Response.filter_log_events = _filter_events
    Response.create_log_group = _create
    LogGroup.to_describe_dict = _describe
