"""The error that an AWS service answers to a request that breaks its model: code and words."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Kind(Enum):
    """What is wrong with a value."""

    MISSING = "required, and not there"
    TYPE = "of another type"
    SHORT = "length below the least"
    LONG = "length above the most"
    SMALL = "number below the least"
    LARGE = "number above the most"
    ENUM = "not in the enumeration"
    PATTERN = "does not match"
    UNREADABLE = "the body is neither JSON nor XML"


@dataclass(frozen=True)
class Fault:
    """One value that breaks the model, where it stands, and the bound that it breaks."""

    kind: Kind
    path: str
    value: Any
    bound: Any = None


@dataclass(frozen=True)
class Codes:
    """Error codes of one service."""

    invalid: str
    missing: str
    unreadable: str
    source: str
    framework: bool = True
    """Whether its words are those of the framework ("1 validation error detected")."""


EC2 = Codes(
    "InvalidParameterValue", "MissingParameter", "InvalidParameterValue",
    "EC2 API Reference, Error codes, Common client errors, 2026-11", framework=False,
)  # fmt: skip
JSON = Codes(
    "ValidationException", "ValidationException", "SerializationException",
    "Common Errors of the JSON services (ACM, KMS, SSM, Application Auto Scaling), 2026-11",
)  # fmt: skip
QUERY = Codes(
    "ValidationError", "ValidationError", "MalformedInput",
    "Common Errors of the query services (IAM, Auto Scaling, Elastic Load Balancing), 2026-11",
)  # fmt: skip
PARAMETER = Codes(
    "InvalidParameterException", "InvalidParameterException", "SerializationException",
    "botocore 1.44.5: the error that the operations of ECS, ECR, Logs and tagging name",
)  # fmt: skip

CODES: dict[str, Codes] = {
    "ec2": EC2,
    "rds": Codes(
        "InvalidParameterValue", "MissingParameter", "MalformedInput",
        "RDS API Reference, Common errors, 2026-11", framework=False,
    ),
    "elasticache": Codes(
        "InvalidParameterValue", "MissingParameter", "MalformedInput",
        "ElastiCache API Reference, Common errors; botocore 1.44.5, InvalidParameterValueException",
        framework=False,
    ),
    "ecs": PARAMETER,
    "ecr": PARAMETER,
    "logs": PARAMETER,
    "resourcegroupstaggingapi": PARAMETER,
    "lambda": Codes(
        "ValidationException", "ValidationException", "InvalidRequestContentException",
        "Lambda API Reference, Common errors; botocore 1.44.5",
    ),
    "route53": Codes(
        "InvalidInput", "InvalidInput", "InvalidInput", "botocore 1.44.5: InvalidInput",
    ),
    "s3": Codes(
        "InvalidArgument", "MalformedXML", "MalformedXML",
        "S3 API Reference, Error responses, List of error codes, 2026-11", framework=False,
    ),
    **dict.fromkeys(("iam", "autoscaling", "elbv2", "elb", "cloudwatch", "sts", "sns"), QUERY),
}  # fmt: skip
"""Service -> its codes; what is not named answers as the JSON services do."""


def worded(service: str, faults: Sequence[Fault]) -> tuple[str, str]:
    """AWS's code and message for what is wrong with a request."""
    codes = CODES.get(service, JSON)
    first = faults[0]
    if first.kind is Kind.UNREADABLE:
        return codes.unreadable, f"The body of the request cannot be read: {first.value}"
    if codes.unreadable == "SerializationException" and first.kind is Kind.TYPE:
        return codes.unreadable, f"{_json_type(first.value)} can not be converted to {first.bound}"
    if service == "s3" and "." in first.path:
        # Below a parameter that is the body.
        return codes.unreadable, _malformed(first)
    if not codes.framework:
        code = codes.missing if first.kind is Kind.MISSING else codes.invalid
        return code, _single(first)
    count = f"{len(faults)} validation error{'s' if len(faults) > 1 else ''} detected: "
    only_missing = all(one.kind is Kind.MISSING for one in faults)
    code = codes.missing if only_missing else codes.invalid
    return code, count + "; ".join(map(_constraint, faults))


def _json_type(value: Any) -> str:
    names = {str: "STRING_VALUE", bool: "TRUE_VALUE" if value else "FALSE_VALUE"}
    names |= {int: "NUMBER_VALUE", float: "DECIMAL_VALUE"}
    return names.get(type(value), "Start of structure or list")


def _single(fault: Fault) -> str:
    """The words of EC2, RDS, ElastiCache and S3, which name one value at a time."""
    name = fault.path.rpartition(".")[2]
    if fault.kind is Kind.MISSING:
        return f"The request must contain the parameter {fault.value}"
    return f"Value ({fault.value}) for parameter {name} is invalid. {_bound(fault)}"


def _malformed(fault: Fault) -> str:
    schema = "did not validate against our published schema"
    return f"The XML you provided was not well-formed or {schema}: {_constraint(fault)}"


def _constraint(fault: Fault) -> str:
    value = "null" if fault.kind is Kind.MISSING else f"'{fault.value}'"
    return f"Value {value} at '{fault.path}' failed to satisfy constraint: {_bound(fault)}"


def _bound(fault: Fault) -> str:
    bound = fault.bound
    if fault.kind is Kind.ENUM:
        return f"Member must satisfy enum value set: [{', '.join(bound)}]"
    return {
        Kind.MISSING: "Member must not be null",
        Kind.TYPE: f"Member must be of type {bound}",
        Kind.SHORT: f"Member must have length greater than or equal to {bound}",
        Kind.LONG: f"Member must have length less than or equal to {bound}",
        Kind.SMALL: f"Member must have value greater than or equal to {bound}",
        Kind.LARGE: f"Member must have value less than or equal to {bound}",
        Kind.PATTERN: f"Member must satisfy regular expression pattern: {bound}",
    }[fault.kind]
