"""Requests to the emulator's own paths, below `/strata-api`."""

import http
import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from strata.errors import StrataError
from strata.machine.unforeseen import words

ANSWER_SECONDS = 60
"""An answer takes less than a second; on a busy machine the first one waits for moto's models."""


DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Opens addresses of this machine, which the proxy of a shell does not reach."""


class Refused(Exception):
    """The emulator answered that it does not do it, and why."""


def asked(url: str, name: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """What the emulator at `url` answers to `/strata-api/NAME` with `changes`, if there are any.

    Raises Refused with its reason, and StrataError where it gives none of our answers, or not in
    time.
    """
    path = f"/strata-api/{name}"
    body = json.dumps(changes).encode() if changes else None
    try:
        status, content = _answer(url + path, body)
    except (OSError, http.client.HTTPException) as error:
        raise _none(url, path, _why(error)) from error
    try:
        answer = dict(json.loads(content))
        refusal = None if status == http.HTTPStatus.OK else str(answer["message"])
    except (ValueError, TypeError, KeyError) as error:
        # One that an older Strata has started does not know every path.
        raise _none(url, path, f" but HTTP status {status}") from error
    if refusal is not None:
        raise Refused(refusal)
    return answer


def _answer(url: str, body: bytes | None) -> tuple[int, bytes]:
    """The status and the content."""
    try:
        with DIRECT.open(url, body, timeout=ANSWER_SECONDS) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def _none(url: str, path: str, why: str) -> StrataError:
    return StrataError(
        f"the emulator at {url} gave no answer to {path}{why}",
        "see .strata/emulator/log; `strata emulator stop` ends it, and what stands in it goes",
    )


def _why(error: Exception) -> str:
    # urllib has the system's error in one of its own.
    cause = getattr(error, "reason", error)
    if isinstance(cause, TimeoutError):
        return f" within {ANSWER_SECONDS} s"
    return f": {words(cause) if isinstance(cause, OSError) else type(cause).__name__}"
