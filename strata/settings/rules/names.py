"""Names, the account, the region, the state bucket, tags."""

import re
from collections.abc import Iterator

from strata.settings import figures
from strata.settings.models import Settings
from strata.settings.rules.finding import Finding, near

NAME_LENGTH = 40
"""Ours: longer ones are mostly cut away in a load balancer's 32 characters."""

OUR_TAGS = ("Project", "Environment", "Layer", "ManagedBy", "Name")
MOST_TAGS = 50 - len(OUR_TAGS)
"""AWS takes 50 tags a resource (AWS General Reference, tagging)."""


def check(settings: Settings) -> Iterator[Finding]:
    """Judge `[environment]` and `[tags]`."""
    environment = settings.environment
    for field in ("project", "name"):
        name = getattr(environment, field)
        if len(name) > NAME_LENGTH:
            yield Finding(
                ("environment", field),
                f"has {len(name)} characters",
                f"at most {NAME_LENGTH} characters",
            )
        elif not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
            yield Finding(
                ("environment", field),
                "has characters that AWS refuses in names",
                "lower-case letters, digits and single hyphens, beginning with a letter",
            )
    if not re.fullmatch(r"[0-9]{12}", environment.account_id):
        yield Finding(
            ("environment", "account_id"),
            "is not an AWS account id",
            'exactly 12 digits in quotes, such as "123456789012"',
        )
    if environment.region not in figures.REGIONS:
        yield Finding(
            ("environment", "region"),
            "is not a region of AWS",
            near(environment.region, figures.REGIONS, "such as eu-central-1"),
        )
    yield from _bucket(environment.state_bucket)
    yield from _tags(settings.tags)


def _bucket(name: str) -> Iterator[Finding]:
    key = ("environment", "state_bucket")
    if not 3 <= len(name) <= 63:
        yield Finding(key, f"has {len(name)} characters", "3 to 63 characters")
    elif not re.fullmatch(r"[a-z0-9][a-z0-9-]*[a-z0-9]", name):
        yield Finding(
            key,
            "is no name that a bucket can have and be reached by over TLS",
            "lower-case letters, digits and hyphens, at both ends a letter or digit",
        )
    elif name.startswith(("xn--", "sthree-", "amzn-s3-demo-")) or name.endswith(
        ("-s3alias", "--ol-s3", "--x-s3", "--table-s3")
    ):
        yield Finding(key, "begins or ends as S3 keeps for itself", "another name")


def _tags(tags: dict[str, str]) -> Iterator[Finding]:
    if len(tags) > MOST_TAGS:
        yield Finding(("tags",), f"has {len(tags)} tags", f"at most {MOST_TAGS}")
    allowed = r"[\w .:/=+@-]*"
    for name, value in tags.items():
        key = ("tags", name)
        if name in OUR_TAGS:
            yield Finding(key, "is a tag that Strata sets itself", "another name")
        elif name.lower().startswith("aws:") or not 1 <= len(name) <= 128:
            yield Finding(key, "is no name for a tag", "1 to 128 characters, not beginning aws:")
        elif not re.fullmatch(allowed, name) or not re.fullmatch(allowed, value):
            yield Finding(
                key,
                "has characters that AWS refuses in tags",
                "letters, digits, spaces and _ . : / = + - @",
            )
        elif len(value) > 256:
            yield Finding(key, f"has {len(value)} characters", "at most 256 characters")
