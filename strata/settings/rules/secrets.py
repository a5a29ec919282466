"""What the container is told: variables, and secrets by name and never by value."""

import re
from collections.abc import Iterator

from strata.settings.models import Settings
from strata.settings.rules.finding import Finding

OURS = frozenset(
    {
        "DB_TYPE",
        "DB_HOST",
        "DB_PORT",
        "DB_NAME",
        "DB_USERNAME",
        "DB_PASSWORD",
        "REDIS_HOST",
        "REDIS_PORT",
        "REDIS_PASSWORD",
    }
)

CREDENTIAL = re.compile(
    r"^(AKIA|ASIA)[A-Z0-9]{12,}|^(sk|pk|rk)_(live|test)_|^gh[opsu]_|^github_pat_|^xox[abeprs]-"
    r"|^eyJ[\w-]+\.|^AIza|^SG\.[\w-]{10,}|-----BEGIN|://[^/\s:@]*:[^/\s@]+@"
)
"""How the credentials of common services begin, and addresses with a password in them."""

SECRET_KEY = re.compile(
    r"((^|[_.-])PASS|[_.-]PWD|PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|CREDENTIALS?"
    r"|(API|ACCESS|PRIVATE|SECRET|SIGNING|ENCRYPTION)_?KEY)$",
    re.IGNORECASE,
)

SECRET_ATTRIBUTE = re.compile(
    r"\$\{[^}]*\.(secret_string|secret_binary|password|master_password|auth_token|random_password|"
    r"result|private_key(_pem|_openssh)?|secret|plaintext)\b"
)
"""An expression that reads a secret's value from a resource."""


def reads_secret(text: str) -> bool:
    """Whether a Terraform expression in `text` would put a secret's value in its place."""
    return bool(SECRET_ATTRIBUTE.search(text))


def looks_secret(value: str) -> bool:
    """Whether a value is probably a credential itself."""
    return bool(CREDENTIAL.search(value)) or any(
        len(part) >= 20 and all(re.search(c, part) for c in ("[A-Z]", "[a-z]", "[0-9]"))
        for part in re.split(r"[/:. ]", value)
    )


def check(settings: Settings) -> Iterator[Finding]:
    """Judge `[service.environment]` and `[service.secrets]`; values are not repeated."""
    service, environment = settings.service, settings.environment
    lower = [name.lower() for name in (*service.environment, *service.secrets)]
    for section in ("environment", "secrets"):
        for name in getattr(service, section):
            if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,254}", name):
                yield Finding(
                    ("service", section, name),
                    "is no name for an environment variable",
                    "letters, digits and underscores, not beginning with a digit",
                )
            elif name in OURS:
                yield Finding(
                    ("service", section, name), "is a variable that Strata sets itself", "no entry"
                )
            elif lower.count(name.lower()) > 1:
                yield Finding(
                    ("service", section, name),
                    "stands in environment and secrets, or twice but for upper and lower case",
                    "each variable once",
                    (("service", "environment"), ("service", "secrets")),
                )
    for name, value in service.environment.items():
        if value and (SECRET_KEY.search(name) or looks_secret(value)):
            yield Finding(
                ("service", "environment", name),
                "looks like a secret, and would stand in JSON, plan and state in clear",
                "put it into Secrets Manager, and its name into [service.secrets]",
            )
    arn = (
        rf"arn:aws:secretsmanager:{re.escape(environment.region)}:"
        rf"{re.escape(environment.account_id)}:secret:[\w/+=.@-]{{1,512}}-[A-Za-z0-9]{{6}}"
    )
    for name, value in service.secrets.items():
        if value.startswith("arn:"):
            if not re.fullmatch(arn, value):
                yield Finding(
                    ("service", "secrets", name),
                    "is not the ARN of a secret of this account and region",
                    f"arn:aws:secretsmanager:{environment.region}:{environment.account_id}"
                    ":secret:NAME-SUFFIX, without a key behind it",
                    (("environment", "region"), ("environment", "account_id")),
                )
        elif (
            "/" not in value
            or not re.fullmatch(r"[A-Za-z0-9/_+=.@-]{1,512}", value)
            or looks_secret(value)
        ):
            # A name with a slash is never a password by accident; others can be given as an ARN.
            yield Finding(
                ("service", "secrets", name),
                "looks like the secret itself; it is not repeated here",
                "the name of a secret in Secrets Manager with a slash in it, such as "
                "shop/prod/payments, or its ARN",
            )
