"""The variables of the container: plain values, and secrets by name and never by value."""

import re
from collections import Counter
from collections.abc import Iterator

from strata.resources.secrets import is_secret, suspicion
from strata.settings.models import Environment, Service, Settings
from strata.settings.rules.finding import Finding, near

OURS = frozenset(
    {
        "DB_TYPE",
        "DB_HOST",
        "DB_PORT",
        "DB_NAME",
        "DB_TLS",
        "DB_USERNAME",
        "DB_PASSWORD",
        "REDIS_HOST",
        "REDIS_PORT",
        "REDIS_TLS",
        "REDIS_PASSWORD",
    }
)

ARN = re.compile(
    r"arn:aws:secretsmanager:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):secret:"
    r"[A-Za-z0-9/_+=.@-]{1,512}-[A-Za-z0-9]{6}"
    r"(:(?P<key>[^:\x00-\x1f]*):(?P<stage>[A-Za-z0-9/_+=.@-]*):(?P<version>[A-Za-z0-9-]*))?"
)
"""A secret, followed by JSON key, version stage and version id, of which each may be empty and one
of the last two must be (ECS Developer Guide, pass Secrets Manager secrets through environment
variables)."""

PARAMETER = re.compile(
    r"arn:aws:ssm:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):parameter/[A-Za-z0-9/_.-]{1,1011}"
)
"""A parameter (Systems Manager API reference, PutParameter)."""

KEY = re.compile(
    r"arn:aws:kms:(?P<region>[a-z0-9-]+):[0-9]{12}:key/"
    r"([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|mrk-[0-9a-f]{32})"
)
"""A KMS key, which may be of another account and not of another region (KMS Developer Guide, key
ARN; an alias in a policy's resource allows nothing)."""

NAME = re.compile(r"[A-Za-z0-9/_+=.@-]{1,512}")
"""Name of a secret (Secrets Manager API reference, CreateSecret)."""

SOURCE = "name or ARN of a secret in Secrets Manager, or the ARN of an SSM parameter"


def check(settings: Settings) -> Iterator[Finding]:
    """Check `[service.environment]` and `[service.secrets]`; findings do not repeat values."""
    service, environment = settings.service, settings.environment
    lower = Counter(name.lower() for name in (*service.environment, *service.secrets))
    for section in ("environment", "secrets"):
        for name in getattr(service, section):
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,254}", name):
                yield Finding(
                    ("service", section, name),
                    "is not a valid name for an environment variable",
                    "letters, digits and underscores, not beginning with a digit",
                )
            elif name in OURS:
                yield Finding(
                    ("service", section, name), "is a variable that Strata sets itself", "no entry"
                )
            elif lower[name.lower()] > 1:
                yield Finding(
                    ("service", section, name),
                    "is in environment and in secrets, or is there twice in upper and lower case",
                    "each variable once",
                    (("service", "environment"), ("service", "secrets")),
                )
    for name, value in service.environment.items():
        kind = None if name in service.not_secret else suspicion(name, value)
        if kind:
            yield Finding(
                ("service", "environment", name),
                f"looks like {kind}, and would stand in JSON, plan and state in clear",
                "put it into Secrets Manager, and its name into [service.secrets]; if it is none, "
                f'write {name} = "why it is none" into [service.not_secret]',
            )
    for name, value in service.secrets.items():
        if value.startswith("arn:"):
            yield from _arn(name, value, environment)
        elif not NAME.fullmatch(value) or (name not in service.not_secret and _secret(value)):
            yield Finding(
                ("service", "secrets", name),
                "looks like the secret itself; it is not repeated here",
                f"the {SOURCE}, such as shop/prod/payments",
            )
    yield from _keys(settings)
    yield from _reasons(service)


def _secret(value: str) -> bool:
    """Whether a text that should be the name of a secret looks like its value."""
    # A word of letters and digits alone is more probably a password than a name.
    mixed = re.fullmatch(r"(?=.*[0-9])(?=.*[A-Za-z])[A-Za-z0-9]+", value)
    return bool(mixed) or is_secret("", value)


def is_reference(value: str) -> bool:
    """Whether a value of [service.secrets] refers to a secret, and is not the secret itself."""
    if value.startswith("arn:"):
        return bool(ARN.fullmatch(value) or PARAMETER.fullmatch(value))
    return bool(NAME.fullmatch(value)) and not _secret(value)


def _arn(name: str, value: str, environment: Environment) -> Iterator[Finding]:
    key = ("service", "secrets", name)
    reads = (("environment", "region"), ("environment", "account_id"))
    here = f"{environment.region}:{environment.account_id}"
    match = ARN.fullmatch(value) or PARAMETER.fullmatch(value)
    if not match or f"{match['region']}:{match['account']}" != here:
        yield Finding(
            key,
            "is not the ARN of a secret or parameter of this account and region",
            f"arn:aws:secretsmanager:{here}:secret:NAME-SUFFIX, with or without "
            f":JSON-KEY:VERSION-STAGE:VERSION-ID; or arn:aws:ssm:{here}:parameter/NAME",
            reads,
        )
    elif match.re is ARN and match["stage"] and match["version"]:
        yield Finding(
            key,
            "names a version by its stage and by its id, and ECS takes one of them",
            "leave one of the last two parts empty, and keep the colons",
        )


def _keys(settings: Settings) -> Iterator[Finding]:
    service, environment = settings.service, settings.environment
    for index, arn in enumerate(service.secret_keys):
        key = ("service", "secret_keys", index)
        match = KEY.fullmatch(arn)
        if match is None or match["region"] != environment.region:
            yield Finding(
                key,
                "is not the ARN of a KMS key of this region",
                f"arn:aws:kms:{environment.region}:{environment.account_id}:key/UUID; of an alias: "
                "aws kms describe-key --key-id alias/NAME --query KeyMetadata.Arn",
                (("environment", "region"),),
            )
        elif not service.secrets:
            yield Finding(
                key,
                "encrypts none of the secrets: [service.secrets] has none",
                "no entry; Strata's own secrets are under AWS's keys",
                (("service", "secrets"),),
            )


def _reasons(service: Service) -> Iterator[Finding]:
    variables = {*service.environment, *service.secrets}
    for name, reason in service.not_secret.items():
        key = ("service", "not_secret", name)
        if name not in variables:
            yield Finding(
                key,
                "is no variable of [service.environment] or [service.secrets]",
                near(name, variables if len(variables) < 100 else (), "no entry"),
                (("service", "environment"), ("service", "secrets")),
            )
        elif not reason.strip():
            yield Finding(key, "gives no reason", "why the value is no secret, in a few words")
        elif is_secret("", reason):
            yield Finding(
                key, "contains what looks like a secret", "a reason that does not repeat it"
            )
