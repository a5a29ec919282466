"""The task role's policy in the JSON of a real synthesis, and the gate's verdict on it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from strata.gate.documents import read
from strata.gate.scan import scan_stacks
from strata.synthesis.synthesize import compose, synthesize
from tests.modules.test_containers import settings
from tests.settings.test_permissions import ARNS, OBJECTS, QUEUE, permission

Json = dict[str, Any]
POLICY = "aws_iam_role_policy.service_task_role_permissions"


def test_permissions_and_shorthands_become_the_policy_of_the_task_role() -> None:
    conditions = {"StringEquals": {"aws:SourceVpc": ["vpc-1"]}}
    found = compose(
        settings(
            permissions=[permission(conditions=conditions)],
            access=[{"bucket": ARNS["bucket"], "access": "read"}],
        )
    )["resource"]
    policy = found["aws_iam_role_policy"]["service_task_role_permissions"]
    assert policy["role"] == "${aws_iam_role.service_task_role.id}"
    assert json.loads(policy["policy"])["Statement"] == [
        {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": [QUEUE],
         "Condition": conditions},
        {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": [ARNS["bucket"]]},
        {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": [OBJECTS]},
    ]  # fmt: skip
    # A task without its rights fails at its first call.
    service = found["aws_ecs_service"]["service_service"]
    assert POLICY in service["depends_on"]


def test_without_them_the_role_allows_nothing(composed: Callable[[str], Json]) -> None:
    policies = composed("local")["resource"]["aws_iam_role_policy"]
    assert not any("task_role" in name for name in policies)


def test_the_gate_passes_what_is_narrow_and_names_what_is_not(tmp_path: Path) -> None:
    def failed(folder: Path, **service: Any) -> set[str]:
        synthesize([settings(**service)], folder)
        found = scan_stacks(read(folder, ["local"]))
        return {one.check for one in found if one.address == POLICY}

    narrow = [{kind: arn, "access": "write"} for kind, arn in ARNS.items()]
    narrow += [{kind: ARNS[kind], "access": "read"} for kind in ("bucket", "queue", "table")]
    tracing = permission("xray:PutTraceSegments", "*")
    assert failed(tmp_path / "narrow", access=narrow, permissions=[tracing]) == set()
    wide = [
        permission("s3:GetObject", "*"),
        permission("sqs:*"),
        permission("iam:PassRole", "arn:aws:iam::123456789012:role/shop-batch"),
    ]
    assert {"STRATA_IAM_1", "STRATA_IAM_2", "STRATA_IAM_8"} <= failed(
        tmp_path / "wide", permissions=wide
    )
