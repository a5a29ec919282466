"""Requests to the emulator's own paths, below `/strata-api`."""

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


class Refused(Exception):
    """The emulator answered that it does not do it, and why."""


def asked(url: str, name: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """What the emulator at `url` answers to `/strata-api/NAME` with `changes`, if there are any.

    Raises Refused with its reason, and StrataError where it gives no answer in time.
    """
    path = f"/strata-api/{name}"
    body = json.dumps(changes).encode() if changes else None
    try:
        with urllib.request.urlopen(url + path, body, timeout=ANSWER_SECONDS) as answer:  # noqa: S310
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:
        raise Refused(json.load(error)["message"]) from error
    except (OSError, http.client.HTTPException) as error:
        raise StrataError(
            f"the emulator at {url} gave no answer to {path}{_why(error)}",
            "see .strata/emulator/log; `strata emulator stop` ends it, and what stands in it goes",
        ) from error


def _why(error: Exception) -> str:
    # urllib has the system's error in one of its own.
    cause = getattr(error, "reason", error)
    if isinstance(cause, TimeoutError):
        return f" within {ANSWER_SECONDS} s"
    return f": {words(cause) if isinstance(cause, OSError) else type(cause).__name__}"
