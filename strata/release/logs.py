"""The lines that a task's container wrote to CloudWatch Logs."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from strata.aws.errors import explain
from strata.aws.session import IMPATIENT, session
from strata.release.place import Place
from strata.release.verdict import Cause, Verdict
from strata.settings.models import Environment

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient


LOG_LINES = 20
"""Lines of a failed container's log that a verdict has."""


class TaskLog:
    """The log of one task, read from its beginning; `new` gives what came since it was asked."""

    def __init__(self, environment: Environment, place: Place, task_id: str) -> None:
        self._client: CloudWatchLogsClient = session(environment).client("logs", config=IMPATIENT)
        self._group = place.log_group
        self._stream = place.log_stream(task_id)
        self._token: str | None = None

    def new(self) -> Iterator[str]:
        """The lines that were not given yet; none while there is no stream."""
        while True:
            answer = self._page()
            if answer is None:
                return
            lines, token = answer
            yield from lines
            # CloudWatch repeats the token at the end (API reference, GetLogEvents).
            if token == self._token:
                return
            self._token = token

    def _page(self) -> tuple[list[str], str] | None:
        more: Any = {"nextToken": self._token} if self._token else {}
        try:
            answer = self._client.get_log_events(
                logGroupName=self._group, logStreamName=self._stream, startFromHead=True, **more
            )
        except self._client.exceptions.ResourceNotFoundException:
            # No container of the task has written yet.
            return None
        except (ClientError, BotoCoreError) as error:
            raise explain(error) from error
        return [event["message"].rstrip("\n") for event in answer["events"]], answer[
            "nextForwardToken"
        ]


def last_lines(environment: Environment, place: Place, task_id: str, count: int) -> list[str]:
    """The last lines that a task wrote; none when it never wrote any."""
    client: CloudWatchLogsClient = session(environment).client("logs", config=IMPATIENT)
    try:
        answer = client.get_log_events(
            logGroupName=place.log_group,
            logStreamName=place.log_stream(task_id),
            startFromHead=False,
            limit=count,
        )
    except client.exceptions.ResourceNotFoundException:
        return []
    except (ClientError, BotoCoreError) as error:
        raise explain(error) from error
    return [event["message"].rstrip("\n") for event in answer["events"]][-count:]


def with_log(environment: Environment, place: Place, found: Verdict) -> Verdict:
    """A verdict with the last lines of the task that shows the cause, if it came to write any."""
    if not found.task or found.cause in (Cause.PULL, Cause.SECRET, Cause.PLACEMENT):
        return found
    log = last_lines(environment, place, found.task, LOG_LINES)
    return found.model_copy(update={"log": log})
