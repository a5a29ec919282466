"""What the application may do in AWS: `[[service.permissions]]` and `[[service.access]]`.

Whether it is more than it needs, the gate judges. Here are names that IAM does not know, and
resources on which an action cannot work: IAM takes both without a word, and allows nothing.
"""

import json
import re
from collections.abc import Iterator

from strata.resources import iam_actions
from strata.settings.access import KINDS, statements
from strata.settings.models import Access, Permission, Settings
from strata.settings.positions import Key
from strata.settings.rules.finding import Finding

ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z0-9*?]+")
RESOURCE = re.compile(
    r"\*|arn:aws:[a-z0-9*?-]+:[a-z0-9*?-]*:[0-9*?]*:[^\s$\\\x00-\x1f\"]+", re.ASCII
)
"""An ARN or a pattern of ARNs, without the policy variables of IAM."""
OPERATORS = frozenset(
    f"{prefix}{operator}{suffix}"
    for operator in (
        "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase",
        "StringLike", "StringNotLike", "NumericEquals", "NumericNotEquals", "NumericLessThan",
        "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals", "DateEquals",
        "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan",
        "DateGreaterThanEquals", "Bool", "BinaryEquals", "IpAddress", "NotIpAddress", "ArnEquals",
        "ArnLike", "ArnNotEquals", "ArnNotLike",
    )
    for prefix in ("", "ForAllValues:", "ForAnyValue:")
    for suffix in ("", "IfExists")
) | {"Null"}  # fmt: skip
"""Condition operators (IAM User Guide, policy elements, condition operators)."""

CONDITION_KEY = re.compile(r"[a-z0-9-]+:[A-Za-z0-9._/:=@+-]+")

POLICY_CHARACTERS = 10_240
"""Characters of a role's inline policies, without white space (IAM User Guide, quotas)."""

PERMISSIONS: Key = ("service", "permissions")
ACCESS: Key = ("service", "access")


def check(settings: Settings) -> Iterator[Finding]:
    """Check the permissions of the task role."""
    service = settings.service
    for index, permission in enumerate(service.permissions):
        yield from _permission((*PERMISSIONS, index), permission)
    for index, access in enumerate(service.access):
        yield from _access((*ACCESS, index), access, settings)
    length = len(json.dumps(statements(service), separators=(",", ":")))
    if length > POLICY_CHARACTERS - 100:
        yield Finding(
            PERMISSIONS if service.permissions else ACCESS,
            f"makes a policy of {length} characters, and IAM takes {POLICY_CHARACTERS} of a role",
            "fewer statements, or one with several actions and resources",
            (ACCESS,),
        )


def _permission(key: Key, permission: Permission) -> Iterator[Finding]:
    actions: list[iam_actions.Action] = []
    known = True
    for index, name in enumerate(permission.actions):
        place = (*key, "actions", index)
        found = iam_actions.matching(name) if ACTION.fullmatch(name) else []
        if not ACTION.fullmatch(name):
            yield Finding(place, "is not an IAM action", "service:Action, such as sqs:SendMessage")
        elif not found:
            near = iam_actions.similar(name)
            yield Finding(
                place,
                "is an action that IAM does not know, which it would take and never allow",
                f"perhaps {near}" if near else "an action of the Service Authorization Reference",
            )
        elif name in permission.actions[:index]:
            yield Finding(place, "is listed twice", "each action once")
        known = known and bool(found)
        actions += found
    sound = True
    for index, resource in enumerate(permission.resources):
        place = (*key, "resources", index)
        if not (RESOURCE.fullmatch(resource) and resource.isascii()):
            sound = False
            yield Finding(place, "is not an ARN", "arn:aws:..., or * where an action has no ARN")
        elif resource in permission.resources[:index]:
            yield Finding(place, "is listed twice", "each resource once")
    if known and sound:
        yield from _match(key, permission, actions)
    for operator, tests in permission.conditions.items():
        yield from _condition((*key, "conditions", operator), operator, tests)


def _match(
    key: Key, permission: Permission, actions: list[iam_actions.Action]
) -> Iterator[Finding]:
    """Each action must work on a resource, and each resource be one of an action."""
    for index, name in enumerate(permission.actions):
        if "*" in name or "?" in name:
            continue
        action = iam_actions.action(name)
        if action and not any(map(action.works_on, permission.resources)):
            forms = sorted({form.replace("${Partition}", "aws") for form in action.arns})
            yield Finding(
                (*key, "actions", index),
                "works on none of these resources",
                f"a resource of the form {' or '.join(forms[:3])}"
                if forms
                else '"*" among the resources, in an entry of its own: it works on no single one',
                ((*key, "resources"),),
            )
    for index, resource in enumerate(permission.resources):
        if not any(action.works_on(resource) for action in actions):
            yield Finding(
                (*key, "resources", index),
                "is no resource of any of these actions",
                "an ARN of the form that the Service Authorization Reference gives for the action",
                ((*key, "actions"),),
            )


def _condition(key: Key, operator: str, tests: dict[str, list[str]]) -> Iterator[Finding]:
    if operator not in OPERATORS:
        yield Finding(key, "is not an operator of conditions", "such as StringEquals or ArnLike")
    if not tests:
        yield Finding(key, "tests nothing", "a key and its values")
    for name, values in tests.items():
        if not CONDITION_KEY.fullmatch(name):
            yield Finding((*key, name), "is not a condition key", "such as aws:SourceVpc")
        elif not values:
            yield Finding((*key, name), "has no value, so that nothing meets it", "its values")


def _access(key: Key, access: Access, settings: Settings) -> Iterator[Finding]:
    given = {kind: getattr(access, kind) for kind in KINDS if getattr(access, kind) is not None}
    if len(given) != 1:
        yield Finding(
            key,
            f"names {len(given)} resources",
            f"one of {', '.join(KINDS)}, and [[service.access]] for each",
        )
    environment = settings.environment
    for name, arn in given.items():
        kind = KINDS[name]
        if not re.fullmatch(kind.pattern, arn):
            example = kind.example.replace("REGION", environment.region)
            yield Finding(
                (*key, name),
                f"is not the ARN of {kind.words}",
                example.replace("ACCOUNT", environment.account_id),
            )
        if not kind.actions(access.access):
            yield Finding(
                (*key, "access"),
                f"is nothing that an application does with {kind.words}",
                f'"{kind.only}"',
                ((*key, name),),
            )
