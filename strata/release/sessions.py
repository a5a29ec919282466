"""Sessions of AWS Systems Manager, held by the plugin that AWS ships for its own CLI."""

import contextlib
import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from strata.aws.session import IMPATIENT, session
from strata.errors import StrataError
from strata.settings.models import Environment

if TYPE_CHECKING:
    from types import FrameType

PLUGIN = "session-manager-plugin"
VARIABLE = "AWS_SSM_START_SESSION_RESPONSE"
"""In which the plugin takes a session with its token; its first argument is then this name
(session-manager-plugin, ValidateInputAndStartSession)."""

LAST_WITHOUT_VARIABLE = (1, 2, 497, 0)
"""The last version that takes the token as an argument alone, where every user of the machine can
read it (AWS CLI, StartSessionCaller)."""

INSTALL = (
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/"
    "session-manager-working-with-install-plugin.html"
)


@dataclass(frozen=True)
class Session:
    """A session that was started; the token opens it, and is in no text of this object."""

    id: str
    url: str
    token: str = field(repr=False)


def check_plugin() -> None:
    """Raise StrataError unless the plugin is there and can be given a token in private."""
    try:
        answer = subprocess.run(
            [PLUGIN, "--version"], capture_output=True, text=True, errors="replace", check=False
        )
    except FileNotFoundError:
        raise StrataError(f"{PLUGIN} is not installed", f"AWS says how: {INSTALL}") from None
    except OSError as error:
        raise StrataError(f"{PLUGIN} cannot be run: {error.strerror}", INSTALL) from error
    said = answer.stdout.strip()
    if not re.fullmatch(r"[0-9]+(\.[0-9]+){1,3}", said):
        raise StrataError(f"{PLUGIN} --version gives no version: {said[:80]!r}", INSTALL)
    version = tuple(map(int, said.split(".")))
    if version <= LAST_WITHOUT_VARIABLE:
        raise StrataError(
            f"{PLUGIN} {said} takes a session's token as an argument alone, which others can read",
            f"install a newer one: {INSTALL}",
        )


def hold(environment: Environment, opened: Session, request: dict[str, Any]) -> int:
    """Run the plugin on a session until it ends; gives its exit code.

    `request` is what StartSession was asked, of which the plugin reads the target. Ctrl-C goes to
    the plugin, which passes it on or ends.
    """
    endpoint = session(environment).client("ssm", config=IMPATIENT).meta.endpoint_url
    response = {"SessionId": opened.id, "TokenValue": opened.token, "StreamUrl": opened.url}
    profile = os.environ.get("AWS_PROFILE", "")
    words = [PLUGIN, VARIABLE, environment.region, "StartSession", profile]
    with _left_to_the_plugin():
        return subprocess.run(
            [*words, json.dumps(request), endpoint],
            env={**os.environ, VARIABLE: json.dumps(response)},
            check=False,
        ).returncode


@contextlib.contextmanager
def _left_to_the_plugin() -> Iterator[None]:
    """Have the keys that send a signal, which the terminal sends to both, end nothing here."""
    numbers = (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP)

    def nothing(_number: int, _frame: "FrameType | None") -> None:
        """Unlike SIG_IGN it is not handed down to the plugin."""

    before = {number: signal.signal(number, nothing) for number in numbers}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
