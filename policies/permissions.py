"""IAM: no wildcard that could be narrower, no trust in everybody."""

import re
from collections.abc import Iterator

from policies.policy import Conf, Policy, blocks, document, values

POLICIES = ["aws_iam_role_policy", "aws_iam_policy", "aws_iam_user_policy", "aws_iam_group_policy"]
ATTACHMENTS = [
    "aws_iam_role_policy_attachment", "aws_iam_user_policy_attachment",
    "aws_iam_group_policy_attachment", "aws_iam_policy_attachment",
]  # fmt: skip
RESOURCE_POLICIES = [
    "aws_s3_bucket_policy", "aws_ecr_repository_policy", "aws_secretsmanager_secret_policy",
    "aws_sqs_queue_policy", "aws_sns_topic_policy", "aws_kms_key_policy", "aws_kms_key",
]  # fmt: skip
NO_NARROWER = frozenset({"ecr:GetAuthorizationToken"})
"""Actions that know no resource (Service Authorization Reference)."""
BROAD = re.compile(r"policy/(.*/)?(AdministratorAccess|PowerUserAccess|\w*FullAccess)$")
"""AWS's own policies that allow a whole service, or everything."""
CALLER = frozenset(
    one.lower()
    for one in (
        "aws:SourceAccount", "aws:SourceArn", "aws:SourceVpc", "aws:SourceVpce",
        "aws:PrincipalAccount", "aws:PrincipalArn", "aws:PrincipalOrgID", "sts:ExternalId",
        "kms:CallerAccount",
    )
)  # fmt: skip
"""Condition keys that say who calls (IAM User Guide, global condition keys)."""


def _statements(conf: Conf, key: str) -> Iterator[Conf]:
    """The Allow statements; one that cannot be read counts as one that allows everything."""
    found = document(conf, key)
    statements = found.get("Statement") if isinstance(found, dict) else None
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list) or not all(isinstance(s, dict) for s in statements):
        yield {"Action": "*", "Resource": "*", "Principal": "*"}
        return
    yield from (s for s in statements if s.get("Effect") != "Deny")


def _allowing(conf: Conf) -> Iterator[Conf]:
    """The Allow statements of a policy, or of those that are written in a role."""
    inline = blocks(conf, "inline_policy")
    for one in inline or ([conf] if "policy" in conf else []):
        yield from _statements(one, "policy")


def _actions(conf: Conf) -> bool:
    arns = [*values(conf, "policy_arn"), *values(conf, "managed_policy_arns")]
    return not any(BROAD.search(str(arn)) for arn in arns) and not any(
        "NotAction" in s or any(re.search(r"[*?]", str(action)) for action in values(s, "Action"))
        for s in _allowing(conf)
    )


def _wide(resource: str) -> bool:
    """Whether a resource is every one, or every one of its type."""
    arn = resource.split(":", 5)
    if len(arn) < 6:
        return resource.startswith(("*", "?"))
    buckets = arn[2] == "s3"
    return arn[5].startswith(("*", "?")) or (
        not buckets and bool(re.fullmatch(r"[\w-]+[:/]\*+", arn[5]))
    )


def _resources(conf: Conf) -> bool:
    for s in _allowing(conf):
        wide = any(_wide(str(one)) for one in values(s, "Resource"))
        actions = {str(action) for action in values(s, "Action")}
        if "NotResource" in s or (wide and not actions <= NO_NARROWER):
            return False
    return True


def _says_who(statement: Conf) -> bool:
    """Whether a condition leaves only known callers."""
    for condition in values(statement, "Condition"):
        for operator, tests in condition.items():
            equal = re.match(r"(String|Arn)(Equals|Like)", operator) and "IfExists" not in operator
            for key, expected in tests.items() if equal and isinstance(tests, dict) else ():
                wild = any(str(one).strip("*") == "" for one in values({"": expected}, ""))
                if key.lower() in CALLER and not wild:
                    return True
    return False


def _principals(statement: Conf) -> Iterator[str]:
    for principal in values(statement, "Principal"):
        kinds = principal if isinstance(principal, dict) else {"": principal}
        for kind in kinds:
            yield from map(str, values(kinds, kind))


def _trusts_nobody(conf: Conf, key: str) -> bool:
    return not any(
        "NotPrincipal" in s or (any("*" in name for name in _principals(s)) and not _says_who(s))
        for s in _statements(conf, key)
    )


Policy("STRATA_IAM_1", "No statement allows actions by wildcard",
       [*POLICIES, *ATTACHMENTS, "aws_iam_role"], _actions)  # fmt: skip
Policy("STRATA_IAM_2", "No statement allows every resource",
       [*POLICIES, "aws_iam_role"], _resources)  # fmt: skip
Policy("STRATA_IAM_3", "No role can be assumed by anyone", ["aws_iam_role"],
       lambda conf: _trusts_nobody(conf, "assume_role_policy"))  # fmt: skip
Policy("STRATA_IAM_4", "No resource lets everybody in", RESOURCE_POLICIES,
       lambda conf: "policy" not in conf or _trusts_nobody(conf, "policy"))  # fmt: skip
