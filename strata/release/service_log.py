"""The lines that the service's containers wrote to CloudWatch Logs, of all tasks or of one."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.config import Config

from strata.aws.session import session
from strata.errors import StrataError
from strata.release.ecs import asking
from strata.release.place import Place
from strata.settings.models import Environment

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

POLL_SECONDS = 1.0
"""Between two questions of `follow`; FilterLogEvents may be asked five times a second and more
(CloudWatch Logs quotas)."""

LATE = timedelta(seconds=15)
"""How much later than a newer one a line may arrive: each task's driver sends its lines in batches
of its own, at the latest after 5 s (Docker, awslogs driver)."""

LONGEST_PATTERN = 1024
"""Characters of a filter pattern (CloudWatch Logs API reference, FilterLogEvents)."""

PATIENT = Config(
    connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 5, "mode": "standard"}
)
"""A busy account is told to ask more slowly now and then."""


@dataclass(frozen=True)
class Line:
    """A line of a task's log; `task` is the whole id."""

    at: datetime
    task: str
    text: str


@dataclass(frozen=True)
class Query:
    """Which lines are wanted: those since a moment that hold `text`, of a task whose id begins with
    `task`, or of streams that begin with `prefix`; an empty text asks for all."""

    since: datetime
    text: str = ""
    task: str = ""
    prefix: str = ""


class ServiceLog:
    """The log of a service; raises StrataError in AWS's words."""

    def __init__(self, environment: Environment, place: Place) -> None:
        self._client: CloudWatchLogsClient = session(environment).client("logs", config=PATIENT)
        self._place = place
        self._seen: dict[str, datetime] = {}

    def lines(self, query: Query) -> Iterator[Line]:
        """The lines that `query` asks for and that were not given yet, the oldest first."""
        place = self._place
        wanted: dict[str, Any] = {"startTime": max(0, int(query.since.timestamp() * 1000))}
        if pattern := _pattern(query.text):
            wanted["filterPattern"] = pattern
        if query.task:
            wanted["logStreamNamePrefix"] = place.log_stream(query.task)
        elif query.prefix:
            wanted["logStreamNamePrefix"] = query.prefix
        pages = self._client.get_paginator("filter_log_events").paginate(
            logGroupName=place.log_group, **wanted
        )
        with asking():
            try:
                for page in pages:
                    yield from self._new(page["events"], query)
            except self._client.exceptions.ResourceNotFoundException:
                raise StrataError(
                    f"there is no log group {place.log_group}",
                    f"{place.environment.command('apply')} makes it, with the service",
                ) from None

    def follow(self, query: Query, wait: Callable[[float], None] = time.sleep) -> Iterator[Line]:
        """The lines that `query` asks for, and for ever those that come."""
        while True:
            for line in self.lines(query):
                yield line
                query = replace(query, since=max(query.since, line.at - LATE))
            # What is older is not asked for any more.
            self._seen = {id_: at for id_, at in self._seen.items() if at >= query.since}
            wait(POLL_SECONDS)

    def _new(self, events: Any, query: Query) -> Iterator[Line]:
        for event in events:
            if event["eventId"] in self._seen or query.text not in event["message"]:
                continue
            at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
            self._seen[event["eventId"]] = at
            task = event["logStreamName"].rpartition("/")[2]
            yield Line(at, task, event["message"].rstrip("\n"))


def _pattern(text: str) -> str:
    """A filter pattern that every message with `text` in it matches.

    A phrase in double quotes is taken as it is, and how a quote or a backslash would be written in
    it is not documented: the longest part without them is asked for (CloudWatch Logs User Guide,
    filter pattern syntax).
    """
    parts = text.replace("\\", '"').split('"')
    longest = max(parts, key=len).strip()[: LONGEST_PATTERN - 2]
    return f'"{longest}"' if longest else ""
