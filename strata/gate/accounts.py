"""Policies that trust another account than the environment's own."""

import re
from collections.abc import Iterator

from policies.explanations import explain
from strata.documents import Json
from strata.documents.stacks import blocks, texts
from strata.documents.templates import has_expression
from strata.resources.iam import Statement, statements

ACCOUNT_CHECKS = {"STRATA_IAM_7": "Policies trust their own account alone"}
explain(
    "STRATA_IAM_7", "high",
    "Another AWS account may assume a role, or use a resource: whoever runs it decides who does",
    "a principal of this account, or a waiver that says whose the other account is",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
)  # fmt: skip

ACCOUNT_KEYS = ("aws:sourceaccount", "aws:principalaccount", "kms:calleraccount")
ARN_KEYS = ("aws:sourcearn", "aws:principalarn")
"""Condition keys that identify a caller by its account, or by an ARN with its account."""
_EQUAL = re.compile(
    r"(?:ForAllValues:|ForAnyValue:)?(?:String|Arn)(?:Equals|Like)(?:IgnoreCase)?(?:IfExists)?"
)
_ACCOUNT = re.compile(r"\d{12}")


def account_faults(stack: Json, account: str | None) -> Iterator[tuple[str, str]]:
    """(check, address) of the resources of a resolved stack with a policy that trusts an account
    other than `account`, by a principal or by a condition; none where the account is not known."""
    if not account:
        return
    for address, body in blocks(stack).items():
        if any(_trusts_other(text, account) for text in texts(body)):
            yield "STRATA_IAM_7", address


def _trusts_other(text: str, account: str) -> bool:
    if "Statement" not in text:
        return False
    try:
        policy = statements(text)
    except ValueError:
        # STRATA_IAM_3 and STRATA_IAM_4 fail for a policy that cannot be read.
        return False
    return any(
        named != account
        for statement in policy
        if statement.effect == "Allow"
        for named in [*_principal_accounts(statement), *_condition_accounts(statement)]
    )


def _principal_accounts(statement: Statement) -> Iterator[str]:
    """The accounts of the principals; a principal by an id, which has no account, by that id."""
    for principal in statement.principals.names:
        kind, _, name = principal.partition(" ")
        if kind == "CanonicalUser":
            yield name
        elif kind == "AWS" or (kind == "Federated" and name.startswith("arn:")):
            account = _account(name)
            if account and "*" not in account:
                yield account


def _condition_accounts(statement: Statement) -> Iterator[str]:
    for operator, key, expected in statement.tests():
        if not _EQUAL.fullmatch(operator) or key not in ACCOUNT_KEYS + ARN_KEYS:
            continue
        for value in expected:
            account = _account(value)
            if _ACCOUNT.fullmatch(account):
                yield account


def _account(name: str) -> str:
    """The account in an ARN, or a name that is no ARN as it is; empty for an expression."""
    if name.startswith("arn:"):
        pieces = name.split(":", 5)
        name = pieces[4] if len(pieces) > 4 else name
    return "" if has_expression(name) else name
