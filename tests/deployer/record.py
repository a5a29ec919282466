"""What an emulator kept of the calls of a test's run, held against the policies of environments.

A test's own clients have another access key than Strata's, by which the record tells them apart.
"""

import json
import os
import urllib.request

from strata.deployer.policy import documents
from strata.deployer.table import Use
from strata.documents.stacks import stack
from strata.settings import Settings
from strata.synthesis.synthesize import compose
from tests.deployer.authorization import Place, denied

TESTS = "tests"
"""The access key of what a test itself asks; what Strata asks has another."""


def not_allowed(*settings: Settings, use: Use = Use.APPLY) -> list[str]:
    """What the policies of environments do not allow of all that Strata asked this emulator."""
    with urllib.request.urlopen(_record()) as answer:
        calls = [one for one in json.load(answer)["calls"] if one["principal"] != TESTS]
    assert calls, "nothing was asked"
    policies = [
        document for one in settings for document in documents(one, stack(compose(one)), use)
    ]
    environment = settings[0].environment
    return denied(policies, calls, Place(environment.account_id, environment.region))


def forget() -> None:
    """Begin the record of calls anew."""
    with urllib.request.urlopen(_record(), b"") as answer:
        assert answer.status == 200


def _record() -> str:
    return f"{os.environ['AWS_ENDPOINT_URL']}/strata-api/calls"
