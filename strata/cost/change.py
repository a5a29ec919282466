"""What a plan adds to the cost of a month, or takes from it."""

from collections.abc import Iterator
from typing import Any

from pydantic import Field

from strata.cost.estimate import (
    ORDER,
    Assumption,
    Line,
    Model,
    NotPriced,
    assumptions,
    priced,
    total,
)
from strata.cost.prices import PriceList, shipped
from strata.cost.range import Range
from strata.cost.resources import layer, of_plan
from strata.settings import Settings
from strata.settings.resource_names import service_name


class ResourceChange(Model):
    """A resource whose cost changes."""

    layer: str
    resource: str = Field(description="Terraform address.")
    before: Range
    after: Range
    difference: Range = Field(description="US dollars a month; less than 0 is saved.")


class CostChange(Model):
    """What a plan changes; `model_json_schema()` of it is what JSON output follows."""

    environment: str
    region: str
    exact: bool = Field(description="Whether the same is not priced before and after.")
    before: Range = Field(description="US dollars a month.")
    after: Range
    difference: Range
    resources: list[ResourceChange]
    not_priced: list[NotPriced] = Field(description="On one side of the change or on both.")
    assumptions: list[Assumption]
    notes: list[str] = Field(
        default_factory=list, description="What the settings say and the change does not do."
    )


def change(plan: dict[str, Any], settings: Settings, prices: PriceList | None = None) -> CostChange:
    """The difference that a plan of the composed stack makes, from Terraform's plan JSON."""
    known = shipped() if prices is None else prices
    old, old_missing, _ = priced(of_plan(plan, "before"), settings, known)
    new, new_missing, _ = priced(of_plan(plan, "after"), settings, known)
    return CostChange(
        environment=settings.environment.name,
        region=settings.environment.region,
        exact=set(old_missing) == set(new_missing),
        before=total(old),
        after=total(new),
        difference=total(new) - total(old),
        resources=_resources(old, new),
        not_priced=list(dict.fromkeys([*old_missing, *new_missing])),
        assumptions=assumptions(settings.cost.usage),
        notes=list(_notes(plan, settings)),
    )


def _notes(plan: dict[str, Any], settings: Settings) -> Iterator[str]:
    """How many tasks are counted, where that is not what the settings say.

    For a service that exists Terraform leaves the count to auto scaling: the setting has no price.
    """
    environment = settings.environment
    counts = {service_name(environment): ("service", settings.service.desired_count)}
    for name, worker in settings.services.items():
        counts[service_name(environment, name)] = (f"services.{name}", worker.desired_count)
    for resource in plan.get("resource_changes", []):
        before, after = resource["change"].get("before"), resource["change"].get("after")
        exists = before is not None and after is not None
        replaced = resource["change"].get("replace_paths")
        if not resource["address"].startswith("aws_ecs_service.") or not exists or replaced:
            continue
        table, wanted = counts.get(after.get("name"), ("", None))
        count = after.get("desired_count")
        if table and isinstance(count, int) and count != wanted:
            yield (
                f"counted with the {count} tasks that the service has: {table}.desired_count = "
                f"{wanted} is for its creation, auto scaling decides from then on"
            )


def _resources(old: list[Line], new: list[Line]) -> list[ResourceChange]:
    addresses = dict.fromkeys(line.resource for line in (*old, *new))
    changes = []
    for address in sorted(addresses, key=lambda address: ORDER.index(layer(address))):
        before = total(line for line in old if line.resource == address)
        after = total(line for line in new if line.resource == address)
        if any(cent != "0.00" for cent in (after - before).cents()):
            changes.append(
                ResourceChange(
                    layer=layer(address),
                    resource=address,
                    before=before,
                    after=after,
                    difference=after - before,
                )
            )
    return changes
