"""The provider configurations of a stack: that of the environment's region, and one for us-east-1.

AWS keeps some things of every environment in us-east-1, such as the metrics of Route 53's health
checks, and what reads them must be there too.
"""

from collections.abc import Iterable

from strata.documents import Json

SECOND_REGION = "us-east-1"

ALIAS = "us_east_1"
"""The alias of the second configuration."""

REFERENCE = f"aws.{ALIAS}"
"""What a block names as its `provider` to be in the second region."""


def region_of(body: Json, home: str) -> str:
    """The region of a block of a stack; `home` is the environment's."""
    return SECOND_REGION if body.get("provider") == REFERENCE else home


def second(configuration: Json) -> Json:
    """The second configuration, from that of the environment's region: alike in all the rest."""
    return {**configuration, "alias": ALIAS, "region": SECOND_REGION}


def with_all_of(document: Json, resources: Iterable[Json]) -> Json:
    """A stack with every configuration that `resources` of a state were made with.

    A state names the configuration of each resource, and Terraform deletes nothing whose
    configuration is gone, such as when the settings have no alarms any more.
    """
    configured = document.get("provider", {}).get("aws", [])
    made_there = any(str(one.get("provider", "")).endswith(f".{ALIAS}") for one in resources)
    if not made_there or any(one.get("alias") == ALIAS for one in configured):
        return document
    return {**document, "provider": {"aws": [*configured, *map(second, configured)]}}
