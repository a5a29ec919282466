"""IAM: no wildcard that could be narrower, no trust in everybody."""

import re
from collections.abc import Iterator

from policies.policy import Conf, Policy, document, value, values

POLICIES = ["aws_iam_role_policy", "aws_iam_policy", "aws_iam_user_policy", "aws_iam_group_policy"]
NO_NARROWER = frozenset({"ecr:GetAuthorizationToken"})
"""Actions that know no resource (Service Authorization Reference)."""


def _statements(text: object) -> Iterator[Conf]:
    """The Allow statements; one that cannot be read counts as one that allows everything."""
    found = document(text)
    statements = found.get("Statement") if isinstance(found, dict) else None
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list):
        yield {"Action": "*", "Resource": "*", "Principal": "*"}
        return
    yield from (s for s in statements if s.get("Effect") == "Allow")


def _actions(conf: Conf) -> bool:
    return not any(
        "NotAction" in s or any("*" in str(action) for action in values(s, "Action"))
        for s in _statements(value(conf, "policy"))
    )


def _resources(conf: Conf) -> bool:
    for s in _statements(value(conf, "policy")):
        wide = any(re.fullmatch(r"\*|arn:[^/]*:\*", str(one)) for one in values(s, "Resource"))
        actions = {str(action) for action in values(s, "Action")}
        if ("NotResource" in s or wide) and not actions <= NO_NARROWER:
            return False
    return True


def _trusts_nobody(key: str, conf: Conf) -> bool:
    for s in _statements(value(conf, key)):
        names = [
            name
            for principal in values(s, "Principal")
            for name in (values(principal, "AWS") if isinstance(principal, dict) else [principal])
        ]
        if "NotPrincipal" in s or ("*" in names and not s.get("Condition")):
            return False
    return True


Policy("STRATA_IAM_1", "No statement allows actions by wildcard", POLICIES, _actions)
Policy("STRATA_IAM_2", "No statement allows every resource", POLICIES, _resources)
Policy("STRATA_IAM_3", "No role can be assumed by anyone", ["aws_iam_role"],
       lambda conf: _trusts_nobody("assume_role_policy", conf))  # fmt: skip
Policy("STRATA_IAM_4", "No bucket lets everybody in", ["aws_s3_bucket_policy"],
       lambda conf: _trusts_nobody("policy", conf))  # fmt: skip
