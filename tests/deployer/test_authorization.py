"""What IAM is asked about a call: the resources that its action works on, and no other."""

import contextlib
import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from strata.local import emulator as emulation
from tests.deployer.authorization import Place, requests
from tests.emulator.refusals.world import Aws

pytestmark = pytest.mark.emulator

ACCOUNT, REGION = "123456789012", "eu-central-1"


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    with emulation.emulator(tmp_path_factory.mktemp("asked")) as running:
        yield Aws(running.url)


@pytest.mark.parametrize(
    ("service", "method", "parameters", "asked"),
    [
        # It names the cluster too, which the action does not work on.
        ("ecs", "describe_services", {"cluster": "shop", "services": ["api"]},
         {"ecs:DescribeServices": ["ecs:{here}:service/shop/api"]}),
        # What it makes has no id yet.
        ("ec2", "create_security_group",
         {"VpcId": "vpc-0123456789abcdef0", "GroupName": "a", "Description": "b"},
         {"ec2:CreateSecurityGroup": [
             "ec2:{here}:security-group/*", "ec2:{here}:vpc/vpc-0123456789abcdef0"]}),
    ],
)  # fmt: skip
def test_a_call_is_about_what_its_action_works_on(
    service: str, method: str, parameters: dict[str, Any], asked: dict[str, list[str]], aws: Aws
) -> None:
    url = f"{aws.url}/strata-api/calls"
    urllib.request.urlopen(url, b"").close()
    # IAM is asked before anything is looked for.
    with contextlib.suppress(ClientError):
        getattr(aws(service), method)(**parameters)
    with urllib.request.urlopen(url) as answer:
        [call] = json.load(answer)["calls"]
    found: dict[str, list[str]] = {}
    for request in requests(call, Place(ACCOUNT, REGION)):
        found.setdefault(request.action, []).append(request.resource)
    here = f"{REGION}:{ACCOUNT}"
    assert {action: sorted(arns) for action, arns in found.items()} == {
        action: [f"arn:aws:{arn.format(here=here)}" for arn in arns]
        for action, arns in asked.items()
    }
