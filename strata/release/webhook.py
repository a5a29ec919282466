"""Tells a webhook what became of a release: `[notify] webhook_secret`.

Its URL lets everybody post who has it. It is read when it is needed, from Secrets Manager, and is
in no message, log or state.
"""

import http.client
import json
import re
import urllib.error
import urllib.request
from typing import Any

from strata.aws.session import IMPATIENT, session
from strata.errors import StrataError
from strata.release.ecs import asking
from strata.settings.models import Environment

ANSWER_SECONDS = 10
URL = re.compile(r"https://[!-~]+")
EMULATED_URL = re.compile(r"(https://|http://127\.0\.0\.1:)[!-~]+")
"""What an emulated environment may also tell: this machine."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nothing: what another address answers says nothing of this one."""

    def redirect_request(self, *_: Any) -> None:
        """No further request."""


def tell(environment: Environment, secret: str, text: str) -> None:
    """Post a text to the webhook whose URL is in a secret, by its ARN.

    The body is `{"text": ...}`, which Slack, Mattermost and Google Chat take (their guides to
    incoming webhooks). Raises StrataError without the URL in it.
    """
    url = _url(environment, secret)
    request = urllib.request.Request(  # noqa: S310 - `_url` admits https alone
        url, json.dumps({"text": text}).encode(), {"Content-Type": "application/json"}
    )
    try:
        opener = urllib.request.build_opener(_NoRedirect)
        with opener.open(request, timeout=ANSWER_SECONDS):
            return
    # Their words may quote the URL.
    except urllib.error.HTTPError as error:
        raise StrataError(f"it answered {error.code}") from None
    except urllib.error.URLError as error:
        why = error.reason
        words = why.strerror if isinstance(why, OSError) else None
        raise StrataError(words or f"it cannot be reached ({type(why).__name__})") from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise StrataError(f"it cannot be reached ({type(error).__name__})") from None


def _url(environment: Environment, secret: str) -> str:
    region = secret.split(":")[3]
    client: Any = session(environment).client(
        "secretsmanager", region_name=region, config=IMPATIENT
    )
    with asking():
        answer = client.get_secret_value(SecretId=secret)
    url = str(answer.get("SecretString", "")).strip()
    if not (EMULATED_URL if environment.emulated else URL).fullmatch(url):
        raise StrataError(
            f"{secret} does not hold an address that begins with https://",
            "its value is the URL alone, no JSON",
        )
    return url
