"""The account that the emulator plays: what a fresh one has, and what it is set to.

A fresh account has no service-linked roles: the first call that needs one makes it. Its plan, its
quotas, the registrar of its domains, the images that somebody pushes and the registry that holds
them are settings, which `strata emulator account`, `delegate` and `push` change at `PATH`.
"""

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from emulator.calls import Call

PATH = "/strata-api/account"
PLANS = ("paid", "free")
QUOTAS = ("raised", "new")
IMAGE = r"[a-z0-9][a-z0-9._/-]{1,255}:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
"""A repository and a tag (ECR API Reference, CreateRepository and PutImage)."""
REGISTRY = r"(127\.0\.0\.1|localhost):\d{1,5}"
"""A registry that the emulator takes images from: one on this machine, and no other."""
DOMAIN = r"([A-Za-z0-9_-]{1,63}\.)+[A-Za-z0-9-]{1,63}\.?"
FORMS = {
    "delegate": "a domain, such as shop.example",
    "undelegate": "a domain, such as shop.example",
    "push": "REPOSITORY:TAG, such as shop-local:1.0.0",
    "plan": " or ".join(PLANS),
    "quotas": " or ".join(QUOTAS),
    "registry": "127.0.0.1:PORT or localhost:PORT",
    "may_make_roles": "true or false",
}
"""What each setting may be, in words."""

FIRST_USES: dict[tuple[str, str], str] = {
    ("ecs", "CreateCluster"): "ecs.amazonaws.com",
    ("autoscaling", "CreateAutoScalingGroup"): "autoscaling.amazonaws.com",
    ("elbv2", "CreateLoadBalancer"): "elasticloadbalancing.amazonaws.com",
    ("rds", "CreateDBInstance"): "rds.amazonaws.com",
    ("elasticache", "CreateReplicationGroup"): "elasticache.amazonaws.com",
    (
        "application-autoscaling",
        "RegisterScalableTarget",
    ): "ecs.application-autoscaling.amazonaws.com",
}
"""The call that makes a service-linked role where there is none yet (the guide of each service,
Service-linked roles, 2026-11)."""

making = threading.Lock()

ROLES = {
    "ecs.amazonaws.com": "AWSServiceRoleForECS",
    "autoscaling.amazonaws.com": "AWSServiceRoleForAutoScaling",
    "elasticloadbalancing.amazonaws.com": "AWSServiceRoleForElasticLoadBalancing",
    "rds.amazonaws.com": "AWSServiceRoleForRDS",
    "elasticache.amazonaws.com": "AWSServiceRoleForElastiCache",
    "ecs.application-autoscaling.amazonaws.com": (
        "AWSServiceRoleForApplicationAutoScaling_ECSService"
    ),
}


@dataclass(frozen=True)
class Account:
    """What the account is set to; `delegated` are the domains whose registrar points at the zone of
    that name, whichever it is. `pushed` are images, `repository:tag`, that somebody pushes as soon
    as their repository exists. `registry` is the `host:port` of a registry on this machine with the
    images of ECR's repositories; without one they are what PutImage said."""

    plan: str = "paid"
    quotas: str = "raised"
    may_make_roles: bool = True
    delegated: frozenset[str] = field(default_factory=frozenset)
    pushed: frozenset[str] = field(default_factory=frozenset)
    registry: str | None = None


class AccountError(Exception):
    """A setting that does not exist."""


class _Held:
    """The one account of this process."""

    account = Account()


def current() -> Account:
    """What the account is set to now."""
    return _Held.account


def settings() -> dict[str, Any]:
    """The account as JSON has it."""
    now = current()
    return {
        "plan": now.plan,
        "quotas": now.quotas,
        "may_make_roles": now.may_make_roles,
        "delegated": sorted(now.delegated),
        "pushed": sorted(now.pushed),
        "registry": now.registry,
    }


def change(wanted: Mapping[str, Any]) -> None:
    """Set what `wanted` names; `delegate` and `undelegate` name one domain."""
    account = current()
    for name, value in wanted.items():
        if name == "delegate" and re.fullmatch(DOMAIN, str(value)):
            account = replace(account, delegated=account.delegated | {plain(value)})
        elif name == "undelegate" and re.fullmatch(DOMAIN, str(value)):
            account = replace(account, delegated=account.delegated - {plain(value)})
        elif name == "push" and re.fullmatch(IMAGE, str(value)):
            account = replace(account, pushed=account.pushed | {value})
        elif name == "plan" and value in PLANS:
            account = replace(account, plan=value)
        elif name == "quotas" and value in QUOTAS:
            account = replace(account, quotas=value)
        elif name == "registry" and re.fullmatch(REGISTRY, str(value)):
            account = replace(account, registry=value)
        elif name == "may_make_roles" and isinstance(value, bool):
            account = replace(account, may_make_roles=value)
        else:
            may_be = FORMS.get(name, f"one of {', '.join(FORMS)} can be set")
            raise AccountError(f"{name} cannot be {value!r}: {may_be}")
    _Held.account = account


def plain(domain: str) -> str:
    """A domain without its last dot, in small letters."""
    return domain.rstrip(".").lower()


def answer(method: str, body: bytes) -> tuple[str, bytes]:
    """The status and the JSON of a request for the settings: GET reads them, POST changes some."""
    if method == "POST":
        try:
            change(json.loads(body))
        except (AccountError, ValueError) as error:
            return "400 BAD REQUEST", json.dumps({"message": str(error)}).encode()
    return "200 OK", json.dumps(settings()).encode()


def plan_state() -> bytes:
    """The answer of the Free Tier API to GetAccountPlanState (botocore 1.44.5)."""
    state = {"accountId": "123456789012", "accountPlanStatus": "ACTIVE"}
    return json.dumps({**state, "accountPlanType": current().plan.upper()}).encode()


def use(call: Call) -> None:
    """Make the service-linked role that `call` needs, if it is the first that does and may.

    ECS makes none where the caller may not, and goes on (ECS API Reference, CreateCluster).
    """
    service = FIRST_USES.get((call.service, call.operation))
    if service is None or not current().may_make_roles:
        return
    iam = call.backend("iam")
    with making:
        if ROLES[service] not in {one.name for one in iam.roles.values()}:
            iam.create_service_linked_role(service, f"For {service}", "")
