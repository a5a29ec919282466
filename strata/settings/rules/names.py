"""Names, the account, the region, the state bucket, tags."""

import re
from collections.abc import Iterator

from strata.settings import figures
from strata.settings.models import Settings
from strata.settings.rules.finding import Finding, near

NAME_LENGTH = 40
"""Strata's own limit: a load balancer's 32 characters would cut most of a longer name."""

OUR_TAGS = ("Project", "Environment", "Layer", "ManagedBy", "Name", "AmazonECSManaged")
MOST_TAGS = 50 - len(OUR_TAGS)
"""AWS takes 50 tags a resource (AWS General Reference, tagging); the auto scaling group has all of
Strata's."""


OTHER_PARTITIONS = r"(us-gov|us-isob?|eu-isoe|us-isof|eusc|cn)-(?=[a-z]+(-[a-z]+)?-[0-9])"
"""How regions of GovCloud, China and the others begin (AWS General Reference, ARNs)."""


def is_name(name: str) -> bool:
    """Whether names of resources can be made of it."""
    return len(name) <= NAME_LENGTH and bool(re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name))


def check(settings: Settings) -> Iterator[Finding]:
    """Check `[environment]` and `[tags]`."""
    environment = settings.environment
    for field in ("project", "name"):
        name = getattr(environment, field)
        if len(name) > NAME_LENGTH:
            yield Finding(
                ("environment", field),
                f"has {len(name)} characters",
                f"at most {NAME_LENGTH} characters",
            )
        elif not is_name(name):
            yield Finding(
                ("environment", field),
                "has characters that AWS refuses in names",
                "lower-case letters, digits and single hyphens, beginning with a letter",
            )
    if not re.fullmatch(r"[0-9]{12}", environment.account_id):
        yield Finding(
            ("environment", "account_id"),
            "is not an AWS account id",
            _account(environment.account_id),
        )
    if other := re.match(OTHER_PARTITIONS, environment.region):
        yield Finding(
            ("environment", "region"),
            f"is a region of another partition of AWS, {other[0].rstrip('-')}",
            "a region of the partition aws, such as eu-central-1",
        )
    elif environment.region not in figures.offerings().regions:
        yield Finding(
            ("environment", "region"),
            "is not a region of AWS",
            near(environment.region, figures.offerings().regions, "such as eu-central-1"),
        )
    yield from _tags(settings.tags)


def _account(written: str) -> str:
    """The account id that was written with hyphens or spaces, as the console shows it."""
    digits = re.sub(r"[ -]", "", written)
    if re.fullmatch(r"[0-9]{12}", digits):
        return f'"{digits}"'
    return 'exactly 12 digits in quotes, such as "123456789012"'


def _tags(tags: dict[str, str]) -> Iterator[Finding]:
    if len(tags) > MOST_TAGS:
        yield Finding(
            ("tags",),
            f"has {len(tags)} tags, and AWS takes 50, of which {len(OUR_TAGS)} are Strata's",
            f"at most {MOST_TAGS}",
        )
    taken = {name.lower(): name for name in OUR_TAGS}
    for name, value in tags.items():
        wrong = _tag(name, value)
        if wrong:
            yield Finding(("tags", name), *wrong)
        elif name in OUR_TAGS:
            yield Finding(("tags", name), "is a tag that Strata sets itself", "another name")
        elif name.lower() in taken:
            # For other services they would be two tags; IAM refuses the second.
            yield Finding(
                ("tags", name),
                f"is {taken[name.lower()]} in another case, and IAM tag keys "
                "are not case-sensitive",
                "another name",
            )
        taken.setdefault(name.lower(), name)


def _tag(name: str, value: str) -> tuple[str, str] | None:
    """The rules of all services for a tag (ECS, ELB and IAM API references, Tag)."""
    # AWS means letters and digits of any script.
    allowed = r"[\w .:/=+@-]*"
    if not 1 <= len(name) <= 128:
        return "is not a valid tag name", "1 to 128 characters"
    if name.lower().startswith("aws:") or value.lower().startswith("aws:"):
        return (
            "begins with aws:, which AWS keeps for itself",
            "a name and a value that do not begin with aws:",
        )
    if not re.fullmatch(allowed, name) or not re.fullmatch(allowed, value):
        return (
            "has characters that AWS refuses in tags",
            "letters, digits, spaces and _ . : / = + - @",
        )
    if name != name.strip() or value != value.strip():
        return "has a space at an end, which load balancers refuse in tags", "no space at the ends"
    if len(value) > 256:
        return f"has {len(value)} characters", "at most 256 characters"
    return None
