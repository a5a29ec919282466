"""The statements of the task role's policy that the settings ask for.

Each shorthand gives the fewest actions with which the kind of access works; each names its source.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from strata.settings.models import Access, Permission, Service

Statement = dict[str, object]


@dataclass(frozen=True)
class Part:
    """Actions on resources; `{}` in a resource stands for the ARN that the settings name."""

    actions: tuple[str, ...]
    resources: tuple[str, ...] = ("{}",)


@dataclass(frozen=True)
class Kind:
    """A kind of resource: the form of its ARN, and what reading and writing it takes."""

    words: str
    pattern: str
    example: str
    read: tuple[Part, ...] = ()
    write: tuple[Part, ...] = ()

    def actions(self, access: str) -> tuple[Part, ...]:
        """What an access takes; empty where the kind has no such access."""
        ways = {"read": self.read, "write": self.write}
        parts = [ways[way] for way in ("read", "write") if way in access.split("-")]
        return tuple(part for way in parts for part in way) if all(parts) else ()

    @property
    def only(self) -> str:
        """The single access of a kind that has one."""
        return "read" if self.read else "write"


_WHERE = r"[a-z0-9-]+:[0-9]{12}"

KINDS: Mapping[str, Kind] = {
    # Amazon S3 User Guide, required permissions for S3 API operations: without s3:ListBucket a
    # missing object answers 403 and not 404.
    "bucket": Kind(
        "an S3 bucket",
        r"arn:aws:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
        "arn:aws:s3:::NAME",
        read=(Part(("s3:ListBucket",)), Part(("s3:GetObject",), ("{}/*",))),
        write=(
            Part(("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject"), ("{}/*",)),
        ),
    ),
    # Amazon SQS Developer Guide, identity-based policies: a consumer deletes what it has received,
    # and keeps it hidden while it works on it.
    "queue": Kind(
        "an SQS queue",
        rf"arn:aws:sqs:{_WHERE}:[A-Za-z0-9_-]{{1,80}}(\.fifo)?",
        "arn:aws:sqs:REGION:ACCOUNT:NAME",
        read=(
            Part(
                ("sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes",
                 "sqs:GetQueueUrl", "sqs:ReceiveMessage"),
            ),
        ),
        write=(Part(("sqs:GetQueueUrl", "sqs:SendMessage")),),
    ),
    # Amazon SNS Developer Guide, identity-based policies.
    "topic": Kind(
        "an SNS topic",
        rf"arn:aws:sns:{_WHERE}:[A-Za-z0-9_-]{{1,256}}(\.fifo)?",
        "arn:aws:sns:REGION:ACCOUNT:NAME",
        write=(Part(("sns:Publish",)),),
    ),
    # Amazon DynamoDB Developer Guide, identity-based policies: indexes are resources of their own.
    "table": Kind(
        "a DynamoDB table",
        rf"arn:aws:dynamodb:{_WHERE}:table/[A-Za-z0-9_.-]{{3,255}}",
        "arn:aws:dynamodb:REGION:ACCOUNT:table/NAME",
        read=(
            Part(
                ("dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:DescribeTable",
                 "dynamodb:GetItem"),
            ),
            Part(("dynamodb:Query", "dynamodb:Scan"), ("{}", "{}/index/*")),
        ),
        write=(
            Part(
                ("dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:PutItem",
                 "dynamodb:UpdateItem"),
            ),
        ),
    ),
    # AWS Secrets Manager User Guide, permissions policy examples: PutSecretValue makes a version.
    "secret": Kind(
        "a secret in Secrets Manager",
        rf"arn:aws:secretsmanager:{_WHERE}:secret:[A-Za-z0-9/_+=.@-]{{1,512}}-[A-Za-z0-9]{{6}}",
        "arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX",
        read=(Part(("secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue")),),
        write=(Part(("secretsmanager:PutSecretValue",)),),
    ),
    # Amazon SES Developer Guide, identity-based policies: the identity is the sender's.
    "mail": Kind(
        "an identity of SES that mail is sent from",
        rf"arn:aws:ses:{_WHERE}:identity/[A-Za-z0-9.@_+-]{{1,320}}",
        "arn:aws:ses:REGION:ACCOUNT:identity/shop.example",
        write=(Part(("ses:SendEmail", "ses:SendRawEmail")),),
    ),
}  # fmt: skip
"""Key of `[[service.access]]` -> what it is."""


def statements(service: Service) -> list[Statement]:
    """The `Allow` statements of the task role, in the order of the settings."""
    return [
        *map(_written, service.permissions),
        *(statement for access in service.access for statement in _shorthand(access)),
    ]


def _written(permission: Permission) -> Statement:
    condition = {"Condition": permission.conditions} if permission.conditions else {}
    return {"Action": permission.actions, "Resource": permission.resources, **condition}


def _shorthand(access: Access) -> list[Statement]:
    return [
        {"Action": [*part.actions], "Resource": [text.format(arn) for text in part.resources]}
        for name, kind in KINDS.items()
        if (arn := getattr(access, name)) is not None
        for part in kind.actions(access.access)
    ]
