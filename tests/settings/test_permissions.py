"""What the application may do in AWS: names that IAM does not know are refused with a cure."""

from typing import Any

from strata.settings.access import KINDS
from strata.settings.load import judge
from tests.settings.test_containers import service

Json = dict[str, Any]

QUEUE = "arn:aws:sqs:eu-central-1:123456789012:orders"
OBJECTS = "arn:aws:s3:::shop-uploads/*"


def permission(actions: Any = "sqs:SendMessage", resources: Any = QUEUE, **more: Any) -> Json:
    def listed(value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    return {"actions": listed(actions), "resources": listed(resources), **more}


ARNS = {
    "bucket": "arn:aws:s3:::shop-uploads",
    "queue": QUEUE,
    "topic": "arn:aws:sns:eu-central-1:123456789012:news.fifo",
    "table": "arn:aws:dynamodb:eu-central-1:123456789012:table/orders",
    "secret": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/key-AbCdEf",
    "mail": "arn:aws:ses:eu-central-1:123456789012:identity/shop.example",
}
PAIRS = [
    (kind, access)
    for kind in KINDS
    for access in ("read", "write", "read-write")
    if KINDS[kind].actions(access)
]

GOOD = [
    permission(),
    permission(["s3:GetObject", "s3:ListBucket"], [OBJECTS, "arn:aws:s3:::shop-uploads"]),
    permission("sqs:sendmessage"),
    permission("xray:PutTraceSegments", "*"),
    permission("s3:Get*", OBJECTS),
    permission("sts:AssumeRole", "arn:aws:iam::210987654321:role/reports"),
    permission("dynamodb:Query", "arn:aws:dynamodb:*:123456789012:table/orders/index/*"),
    permission(conditions={"ArnLike": {"aws:SourceArn": ["arn:aws:s3:::a"]},
                           "ForAnyValue:StringEqualsIfExists": {"aws:TagKeys": ["a", "b"]}}),
]  # fmt: skip


def test_what_iam_knows_is_right() -> None:
    for entry in GOOD:
        assert judge(service(permissions=[entry]))[1] == [], entry


def test_every_action_of_a_shorthand_exists_and_works_on_its_resource() -> None:
    """The same statements, written out, are right."""
    for kind, access in PAIRS:
        entry = {kind: ARNS[kind], "access": access}
        assert judge(service(access=[entry]))[1] == [], (kind, access)
        written = [
            permission([*part.actions], [text.format(ARNS[kind]) for text in part.resources])
            for part in KINDS[kind].actions(access)
        ]
        assert judge(service(permissions=written))[1] == [], (kind, access)


BAD: list[tuple[Json, str, str]] = [
    ({"permissions": [permission("SendMessage")]}, "permissions.0.actions.0", "service:Action"),
    ({"permissions": [permission("sqs:SendMesage")]}, "permissions.0.actions.0",
     "perhaps sqs:SendMessage"),
    ({"permissions": [permission("sqss:SendMessage")]}, "permissions.0.actions.0", "perhaps sqs"),
    ({"permissions": [permission("s3:Fetch*", OBJECTS)]}, "permissions.0.actions.0",
     "does not know"),
    ({"permissions": [permission([])]}, "permissions.0.actions", "an entry"),
    ({"permissions": [permission(["sqs:SendMessage"] * 2)]}, "permissions.0.actions.1", "twice"),
    ({"permissions": [permission(resources="orders")]}, "permissions.0.resources.0", "ARN"),
    ({"permissions": [permission(resources="arn:aws:sqs:x:1:${aws:username}")]},
     "permissions.0.resources.0", "ARN"),
    ({"permissions": [permission(resources=[QUEUE, QUEUE])]}, "permissions.0.resources.1", "twice"),
    ({"permissions": [permission(["s3:GetObject", "s3:ListBucket"], "arn:aws:s3:::shop-uploads")]},
     "permissions.0.actions.0", "${BucketName}/${ObjectName}"),
    ({"permissions": [permission("s3:ListBucket", [OBJECTS, "arn:aws:s3:::shop-uploads"])]},
     "permissions.0.resources.0", "of any of these actions"),
    ({"permissions": [permission(["xray:PutTraceSegments", "sqs:SendMessage"])]},
     "permissions.0.actions.0", "an entry of its own"),
    ({"permissions": [permission(conditions={"Equals": {"aws:SourceVpc": ["vpc-1"]}})]},
     "permissions.0.conditions.Equals", "StringEquals"),
    ({"permissions": [permission(conditions={"Bool": {}})]}, "permissions.0.conditions.Bool",
     "tests nothing"),
    ({"permissions": [permission(conditions={"Bool": {"aws:SecureTransport": []}})]},
     "permissions.0.conditions.Bool.aws:SecureTransport", "no value"),
    ({"permissions": [permission(conditions={"Bool": {"secure": ["true"]}})]},
     "permissions.0.conditions.Bool.secure", "aws:SourceVpc"),
    ({"permissions": [permission(conditions={"Bool": {"aws:SecureTransport": "true"}})]},
     "permissions.0.conditions.Bool.aws:SecureTransport", "a list"),
    ({"permissions": [permission(resources=[f"{QUEUE}-{i:050}" for i in range(120)])]},
     "permissions", "10240"),
    ({"access": [{"access": "read"}]}, "access.0", "bucket, queue, topic, table, secret, mail"),
    ({"access": [{"queue": QUEUE, "mail": ARNS["mail"], "access": "write"}]}, "access.0",
     "names 2 resources"),
    ({"access": [{"queue": ARNS["topic"], "access": "read"}]}, "access.0.queue",
     "arn:aws:sqs:eu-central-1:123456789012:NAME"),
    ({"access": [{"bucket": f"{ARNS['bucket']}/*", "access": "read"}]}, "access.0.bucket",
     "an S3 bucket"),
    ({"access": [{"topic": ARNS["topic"], "access": "read"}]}, "access.0.access", '"write"'),
    ({"access": [{"mail": ARNS["mail"], "access": "read-write"}]}, "access.0.access", '"write"'),
    ({"access": [{"queue": QUEUE, "access": "full"}]}, "access.0.access", "read-write"),
]  # fmt: skip


def test_what_iam_would_take_and_never_allow_is_named() -> None:
    for more, key, words in BAD:
        problems = judge(service(**more))[1]
        found = {".".join(map(str, one.key)): f"{one.wrong} | {one.right}" for one in problems}
        assert list(found) == [f"service.{key}"], (key, words)
        assert words in found[f"service.{key}"], (key, words)
