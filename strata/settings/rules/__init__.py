"""Rules that need two keys, a figure of AWS or arithmetic. Insecure settings are no errors here."""

from collections.abc import Callable, Iterator

from strata.settings.models import Settings
from strata.settings.rules import (
    alarms,
    compute,
    containers,
    edge,
    egress,
    jobs,
    limits,
    names,
    network,
    notify,
    permissions,
    reach,
    resource_names,
    routes,
    secrets,
    stores,
    support,
    text,
    workers,
)
from strata.settings.rules.finding import Finding

RULES: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    names.check,
    resource_names.check,
    network.check,
    stores.check_database,
    stores.check_cache,
    support.check,
    compute.check_cluster,
    compute.check_spot,
    compute.check_task,
    compute.check_scaling,
    containers.check,
    jobs.check,
    workers.check,
    permissions.check,
    secrets.check,
    limits.check,
    edge.check,
    routes.check,
    egress.check,
    reach.check,
    alarms.check,
    notify.check,
    text.check,
)


def findings(settings: Settings) -> list[Finding]:
    """The findings of all rules on settings whose types are right."""
    return [finding for rule in RULES for finding in rule(settings)]


WARNINGS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    support.warnings,
    stores.migrating,
    compute.tight_release,
    containers.one_word,
    alarms.warnings,
    network.bare_zones,
    network.tight_subnets,
)


def warnings(settings: Settings) -> list[Finding]:
    """What may stay as it is and is told all the same, of settings without findings."""
    return [finding for rule in WARNINGS for finding in rule(settings)]


__all__ = ["RULES", "WARNINGS", "Finding", "findings", "warnings"]
