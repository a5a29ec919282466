"""AWS's limits for variables and secrets of the container, which grow with the settings."""

import json
from collections.abc import Iterator

from strata.settings.models import Environment, Settings
from strata.settings.positions import Key
from strata.settings.rules.finding import Finding

TASK_DEFINITION_BYTES = 64 * 1024
"""Size of a task definition (Amazon ECS Developer Guide, service quotas)."""
OURS_IN_TASK_DEFINITION = 4 * 1024
"""Bytes reserved for Strata's own part of it: names, ARNs, its own variables."""

INLINE_POLICY_CHARACTERS = 10_240
"""Characters of a role's inline policies, without white space (IAM User Guide, quotas)."""
OURS_IN_POLICY = 1_500
"""Characters reserved for the statements and the secrets that do not come from the settings."""


def check(settings: Settings) -> Iterator[Finding]:
    """Check the sizes of `[service.environment]` and `[service.secrets]`."""
    for name, value in settings.service.environment.items():
        if "\0" in value:
            yield Finding(
                ("service", "environment", name),
                "has a NUL character, which no environment variable can hold",
                "text without it",
            )
    yield from _task_definition(settings)
    yield from _policy(settings)


def variable_bytes(settings: Settings) -> dict[Key, int]:
    """Bytes that the settings add to the task definition, by their table."""
    environment = settings.service.environment
    secrets = {
        name: arn(settings.environment, source) for name, source in settings.service.secrets.items()
    }
    return {
        ("service", "environment"): sum(
            len(json.dumps({"name": name, "value": value}, ensure_ascii=False).encode()) + 2
            for name, value in environment.items()
        ),
        ("service", "secrets"): sum(
            len(json.dumps({"name": name, "valueFrom": value}, ensure_ascii=False).encode()) + 2
            for name, value in secrets.items()
        ),
    }


def arn(environment: Environment, source: str) -> str:
    """The ARN of a secret given by name or ARN; for a name, with six characters as AWS adds."""
    if source.startswith("arn:"):
        return source
    where = f"{environment.region}:{environment.account_id}"
    return f"arn:aws:secretsmanager:{where}:secret:{source}-xxxxxx"


def _task_definition(settings: Settings) -> Iterator[Finding]:
    sizes = variable_bytes(settings)
    room = TASK_DEFINITION_BYTES - OURS_IN_TASK_DEFINITION
    total = sum(sizes.values())
    if total <= room:
        return
    largest, other = sorted(sizes, key=sizes.__getitem__, reverse=True)
    yield Finding(
        largest,
        f"makes the task definition too large: environment takes {sizes['service', 'environment']} "
        f"bytes and secrets {sizes['service', 'secrets']}, and ECS takes {TASK_DEFINITION_BYTES} "
        f"bytes in all, of which Strata uses up to {OURS_IN_TASK_DEFINITION}",
        f"at most {room} bytes together; long values fit into a file of the image or one secret",
        (other,),
    )


def _policy(settings: Settings) -> Iterator[Finding]:
    # A secret is named once, whichever of its JSON keys are read.
    arns = {
        ":".join(arn(settings.environment, source).split(":")[:7])
        for source in settings.service.secrets.values()
    }
    length = sum(len(json.dumps(secret_arn)) + 1 for secret_arn in arns)
    room = INLINE_POLICY_CHARACTERS - OURS_IN_POLICY
    if length > room:
        yield Finding(
            ("service", "secrets"),
            f"names {len(arns)} secrets, {length} characters in the execution role's policy, which "
            f"IAM lets have {INLINE_POLICY_CHARACTERS}, of which Strata uses up to "
            f"{OURS_IN_POLICY}",
            f"at most {room} characters of ARNs, about {room * len(arns) // length} such secrets; "
            "a secret may hold several values as JSON",
        )
