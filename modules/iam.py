"""IAM documents as JSON text."""

import json
from collections.abc import Mapping, Sequence


def trust(service: str, condition: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """A trust policy that lets one AWS service assume the role."""
    statement: dict[str, object] = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def policy(statements: Sequence[Mapping[str, object]]) -> str:
    """A policy of `Allow` statements; each gives `Action`, `Resource` and what else it has."""
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **s} for s in statements]}
    )
