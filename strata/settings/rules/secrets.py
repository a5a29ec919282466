"""The variables of the containers: plain values, and secrets by name and never by value."""

import re
from collections import Counter
from collections.abc import Iterator

from strata.resources.secrets import is_secret, suspicion
from strata.settings.connected import connected
from strata.settings.models import Environment, Service, Settings, Sidecar
from strata.settings.positions import Key
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
    """Check the variables and secrets of every container; findings do not repeat values."""
    service, environment = settings.service, settings.environment
    ours = OURS | connected(settings).keys()
    yield from _variables(("service",), service, environment, ours)
    for index, sidecar in enumerate(service.sidecars):
        yield from _variables(("service", "sidecars", index), sidecar, environment, frozenset())
    yield from _keys(settings)


def _variables(
    place: Key, container: Service | Sidecar, environment: Environment, ours: frozenset[str]
) -> Iterator[Finding]:
    """Check the variables of a container, whose table is at `place`; `ours` Strata sets itself."""
    lower = Counter(name.lower() for name in (*container.environment, *container.secrets))
    table = _table(place)
    for section in ("environment", "secrets"):
        for name in getattr(container, section):
            key: Key = (*place, section, name)
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,254}", name):
                yield Finding(
                    key,
                    "is not a valid name for an environment variable",
                    "letters, digits and underscores, not beginning with a digit",
                )
            elif name in ours:
                yield Finding(key, "is a variable that Strata sets itself", "no entry")
            elif lower[name.lower()] > 1:
                yield Finding(
                    key,
                    "is in environment and in secrets, or is there twice in upper and lower case",
                    "each variable once",
                    ((*place, "environment"), (*place, "secrets")),
                )
    for name, value in container.environment.items():
        kind = None if name in container.not_secret else suspicion(name, value)
        if kind:
            yield Finding(
                (*place, "environment", name),
                f"looks like {kind}, and would stand in JSON, plan and state in clear",
                f"put it into Secrets Manager, and its name into [{table}.secrets]; if it is none, "
                f'write {name} = "why it is none" into [{table}.not_secret]',
            )
    for name, value in container.secrets.items():
        key = (*place, "secrets", name)
        if value.startswith("arn:"):
            yield from _arn(key, value, environment)
        elif not NAME.fullmatch(value) or (name not in container.not_secret and _secret(value)):
            yield Finding(
                key,
                "looks like the secret itself; it is not repeated here",
                f"the {SOURCE}, such as shop/prod/payments",
            )
    yield from _reasons(place, container)


def _table(place: Key) -> str:
    """The header of a table, which has no index for an entry of a list of tables."""
    return ".".join(part for part in place if isinstance(part, str))


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


def _arn(key: Key, value: str, environment: Environment) -> Iterator[Finding]:
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
        key: Key = ("service", "secret_keys", index)
        match = KEY.fullmatch(arn)
        if match is None or match["region"] != environment.region:
            yield Finding(
                key,
                "is not the ARN of a KMS key of this region",
                f"arn:aws:kms:{environment.region}:{environment.account_id}:key/UUID; of an alias: "
                "aws kms describe-key --key-id alias/NAME --query KeyMetadata.Arn",
                (("environment", "region"),),
            )
        elif not any(container.secrets for container in service.containers):
            yield Finding(
                key,
                "encrypts none of the secrets: no container has any",
                "no entry; Strata's own secrets are under AWS's keys",
                (("service", "secrets"),),
            )


def _reasons(place: Key, container: Service | Sidecar) -> Iterator[Finding]:
    variables = {*container.environment, *container.secrets}
    for name, reason in container.not_secret.items():
        key: Key = (*place, "not_secret", name)
        if name not in variables:
            table = _table(place)
            yield Finding(
                key,
                f"is no variable of [{table}.environment] or [{table}.secrets]",
                near(name, variables if len(variables) < 100 else (), "no entry"),
                ((*place, "environment"), (*place, "secrets")),
            )
        elif not reason.strip():
            yield Finding(key, "gives no reason", "why the value is no secret, in a few words")
        elif is_secret("", reason):
            yield Finding(
                key, "contains what looks like a secret", "a reason that does not repeat it"
            )
