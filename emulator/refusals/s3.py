"""What Amazon S3 refuses."""

import ipaddress
import json
import re
from typing import Any

from emulator.calls import Call
from emulator.refusals.table import Table

TABLE = Table("s3")
PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3", "-an")
"""Reserved beginnings and ends of names (S3 User Guide, General purpose bucket naming rules)."""


def _bucket(call: Call) -> Any | None:
    return call.backend("s3").buckets.get(call.get("Bucket", ""))


def _statements(call: Call) -> list[dict[str, Any]] | None:
    """The statements of a policy that is given; None where it is no policy at all."""
    policy = call.get("Policy", "")
    try:
        document = json.loads(policy)
        found = document["Statement"]
    except (ValueError, KeyError, TypeError):
        return None
    every = found if isinstance(found, list) else [found]
    return every if all(isinstance(one, dict) for one in every) else None


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


@TABLE.row(
    "CreateBucket",
    code="InvalidBucketName",
    source="S3 User Guide, General purpose bucket naming rules, 2026-11",
)
def bucket_name_that_is_none(call: Call) -> str | None:
    name = call.get("Bucket", "")
    right = re.fullmatch(r"(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name)
    if right and not name.startswith(PREFIXES) and not name.endswith(SUFFIXES):
        try:
            ipaddress.IPv4Address(name)
        except ValueError:
            return None
    return "The specified bucket is not valid."


@TABLE.row(
    "PutBucketPolicy",
    code="MalformedPolicy",
    source="S3 API Reference, Error responses, MalformedPolicy, 2026-11; IAM User Guide, JSON policy "
    "elements",
)
def policy_that_is_none(call: Call) -> str | None:
    statements = _statements(call)
    if statements is None:
        return "This policy contains invalid Json"
    for one in statements:
        if one.get("Effect") not in ("Allow", "Deny"):
            return "Invalid policy syntax."
        if not {"Principal", "NotPrincipal"} & set(one):
            return "Missing required field Principal"
        if not {"Action", "NotAction"} & set(one):
            return "Missing required field Action"
    return None


@TABLE.row(
    "PutBucketPolicy",
    code="MalformedPolicy",
    source="S3 API Reference, Error responses, MalformedPolicy, 2026-11",
)
def policy_of_another_bucket(call: Call) -> str | None:
    name = call.get("Bucket", "")
    for one in _statements(call) or ():
        for resource in _texts(one.get("Resource")):
            if not re.fullmatch(rf"arn:aws[\w-]*:s3:::{re.escape(name)}(/.*)?", resource):
                return "Policy has invalid resource"
    return None


@TABLE.row(
    "PutBucketPolicy",
    code="AccessDenied",
    source="S3 User Guide, Blocking public access, BlockPublicPolicy, 2026-11",
)
def public_policy_that_is_blocked(call: Call) -> str | None:
    block = getattr(_bucket(call), "public_access_block", None)
    blocked = block is not None and str(block.block_public_policy).lower() == "true"
    public = any(_public(one) for one in _statements(call) or ())
    if blocked and public:
        return (
            "User is not authorized to perform: s3:PutBucketPolicy on resource: "
            f'"arn:aws:s3:::{call.get("Bucket")}" because public policies are prevented by the '
            "BlockPublicPolicy setting in S3 Block Public Access."
        )
    return None


def _public(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal")
    everybody = principal == "*" or (
        isinstance(principal, dict) and "*" in _texts(principal.get("AWS"))
    )
    return statement.get("Effect") == "Allow" and everybody and not statement.get("Condition")


@TABLE.row(
    "PutBucketAcl",
    code="AccessControlListNotSupported",
    source="S3 User Guide, Controlling ownership of objects, 2026-11",
)
def acl_of_an_owner_who_enforces(call: Call) -> str | None:
    enforced = "BucketOwnerEnforced" in str(getattr(_bucket(call), "ownership_rule", ""))
    if enforced and call.get("ACL", "private") != "private":
        return "The bucket does not allow ACLs"
    return None


@TABLE.row(
    "PutBucketLifecycleConfiguration",
    code="InvalidArgument",
    source="S3 API Reference, PutBucketLifecycleConfiguration; Expiration, 2026-11",
)
def days_of_nothing(call: Call) -> str | None:
    for rule in call.get("LifecycleConfiguration", {}).get("Rules", ()):
        for action, member in (
            ("Expiration", "Days"),
            ("NoncurrentVersionExpiration", "NoncurrentDays"),
            ("AbortIncompleteMultipartUpload", "DaysAfterInitiation"),
        ):
            days = rule.get(action, {}).get(member)
            if days is not None and days < 1:
                return f"'{member}' for {action} action must be a positive integer"
    return None


@TABLE.row(
    "PutBucketLifecycleConfiguration",
    code="InvalidArgument",
    source="S3 API Reference, PutBucketLifecycleConfiguration, LifecycleRule ID, 2026-11",
)
def two_rules_of_one_name(call: Call) -> str | None:
    names = [one.get("ID") for one in call.get("LifecycleConfiguration", {}).get("Rules", ())]
    given = [one for one in names if one]
    return (
        "Rule ID must be unique. Found same ID for more than one rule"
        if len(given) != len(set(given))
        else None
    )


@TABLE.row(
    "PutBucketVersioning",
    code="InvalidBucketState",
    source="S3 User Guide, Object Lock: versioning cannot be suspended, 2026-11",
)
def versions_of_a_locked_bucket(call: Call) -> str | None:
    status = call.get("VersioningConfiguration", {}).get("Status")
    if status == "Suspended" and getattr(_bucket(call), "object_lock_enabled", False):
        return (
            "An Object Lock configuration is present on this bucket, so the versioning state cannot "
            "be changed."
        )
    return None
