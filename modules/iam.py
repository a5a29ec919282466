"""IAM documents as JSON text."""

import json
from collections.abc import Mapping, Sequence


def trust(service: str, condition: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """A trust policy that lets an AWS service assume the role."""
    statement: dict[str, object] = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def policy(statements: Sequence[Mapping[str, object]]) -> str:
    """A policy of `Allow` statements; each has `Action`, `Resource` and other elements."""
    allowed = [{"Effect": "Allow", **statement} for statement in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": allowed})
