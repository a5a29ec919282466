"""The estimate of a month: charges with their prices, by layer and resource."""

from collections.abc import Iterable, Iterator

from pydantic import BaseModel, ConfigDict, Field

from strata.cost.capacity import HOURS
from strata.cost.prices import PriceList
from strata.cost.range import NOTHING, Range, dollars
from strata.cost.resources import OTHER, Resource, Resources
from strata.cost.rules import (
    ENDPOINT_HOURS,
    ENDPOINT_TRAFFIC,
    NAT_TRAFFIC,
    Charge,
    Context,
    Unpriced,
    charges,
    interface_endpoints,
)
from strata.documents.layers import ALL_LAYERS
from strata.documents.providers import region_of
from strata.settings import Settings
from strata.settings.models import Usage


class Model(BaseModel):
    """Part of a report."""

    model_config = ConfigDict(frozen=True)


class Line(Model):
    """One charge of one resource."""

    layer: str
    resource: str = Field(description="Terraform address.")
    what: str
    item: str = Field(description="Row of the price file.")
    unit: str
    usd_per_unit: float
    as_of: str = Field(description="Month or day of the price.")
    source: str = Field(description="Offer code of AWS's price list.")
    quantity: Range = Field(description="Units a month.")
    usd: Range = Field(description="Quantity times price.")


class NotPriced(Model):
    """What costs something that is not in the total."""

    layer: str
    resource: str = Field(description="Terraform address.")
    what: str
    why: str


class Assumption(Model):
    """A figure of use, from the settings."""

    key: str = Field(description="Key of the settings file.")
    value: float
    meaning: str


class FreeTier(Model):
    """A line that AWS's free tier of twelve months covered in accounts of before 2025-07-15."""

    resource: str
    what: str
    free: str = Field(description="What was free a month.")


class Estimate(Model):
    """What a month costs; `model_json_schema()` of it is what JSON output follows."""

    environment: str
    region: str
    hours: int = Field(default=HOURS, description="Hours of a month.")
    complete: bool = Field(description="Whether everything has a price; if not, usd is the least.")
    usd: Range = Field(description="US dollars a month, without tax.")
    layers: dict[str, Range] = Field(description="The same by layer, of layers with priced lines.")
    lines: list[Line]
    not_priced: list[NotPriced]
    assumptions: list[Assumption]
    free_tier: list[FreeTier]
    budget_usd: float | None
    notes: list[str] = Field(
        description="What can be said beside the lines, such as by comparison."
    )


ORDER = (*ALL_LAYERS, OTHER)

FREE_TIER = {
    "ec2/t2.micro": "750 hours, 30 GiB of volumes",
    "ec2/t3.micro": "750 hours, 30 GiB of volumes",
    "rds/mysql/db.t2.micro/single-az": "750 hours, 20 GiB of storage",
    "rds/mysql/db.t3.micro/single-az": "750 hours, 20 GiB of storage",
    "rds/mysql/db.t4g.micro/single-az": "750 hours, 20 GiB of storage",
    "elasticache/redis/cache.t2.micro": "750 hours",
    "elasticache/redis/cache.t3.micro": "750 hours",
}
"""What the free tier of twelve months gave, by item (aws.amazon.com/free, before 2025-07-15)."""

FREE_BESIDE = {
    ("aws_lb", "elb/application-hours"): "750 hours",
    ("aws_lb", "elb/lcu"): "15 LCU",
    ("aws_autoscaling_group", "vpc/public-ipv4"): "750 hours",
}
"""What else it gave, by type and item; named only together with an item of the list above, since
every environment has a load balancer."""


def estimate(resources: Resources, settings: Settings, prices: PriceList) -> Estimate:
    """What the resources cost a month."""
    lines, missing, free = priced(resources, settings, prices)
    with_lines = {line.layer for line in lines}
    layers = {
        layer: total(line for line in lines if line.layer == layer)
        for layer in ORDER
        if layer in with_lines
    }
    return Estimate(
        environment=settings.environment.name,
        region=settings.environment.region,
        complete=not missing,
        usd=total(lines),
        layers=layers,
        lines=lines,
        not_priced=missing,
        assumptions=assumptions(settings.cost.usage),
        free_tier=free,
        budget_usd=settings.cost.budget_usd_per_month,
        notes=[
            *endpoints_against_nat(resources, settings.environment.region, prices),
            *_not_ours(settings),
        ],
    )


def _not_ours(settings: Settings) -> Iterator[str]:
    """What an existing VPC costs that is charged to whoever made it."""
    if settings.network.existing:
        yield (
            f"{settings.network.existing} is not Strata's: its NAT gateways, endpoints and flow "
            "logs, with the traffic through them, are not counted"
        )


def endpoints_against_nat(resources: Resources, region: str, prices: PriceList) -> Iterator[str]:
    """What interface endpoints cost or save against NAT gateways, in a sentence."""
    endpoints = interface_endpoints(resources)
    if not endpoints:
        return
    if not resources.of("aws_nat_gateway"):
        yield (
            "interface endpoints: without them the same traffic would pass the internet gateway, "
            "which charges nothing for it"
        )
        return
    known = [prices.find(item, region) for item in (ENDPOINT_HOURS, ENDPOINT_TRAFFIC, NAT_TRAFFIC)]
    hourly, by_endpoint, by_nat = (price.usd if price else None for price in known)
    if hourly is None or by_endpoint is None or by_nat is None:
        yield f"interface endpoints: not all prices to compare them with NAT in {region} are known"
        return
    zones = sum(len(one.values.get("subnet_ids") or ()) for one in endpoints)
    fixed = zones * HOURS * hourly
    words = (
        f"interface endpoints: {dollars(fixed)} a month by the hour, and {by_endpoint:g} a GiB "
        f"where NAT takes {by_nat:g}"
    )
    if by_nat <= by_endpoint:
        yield f"{words}: they never cost less than NAT"
    else:
        yield f"{words}: they save from {fixed / (by_nat - by_endpoint):,.0f} GiB a month on"


def priced(
    resources: Resources, settings: Settings, prices: PriceList
) -> tuple[list[Line], list[NotPriced], list[FreeTier]]:
    """Every charge with its price, charges without one, and what the old free tier covered."""
    context = Context(resources, settings)
    lines: list[Line] = []
    missing: list[NotPriced] = []
    free: list[FreeTier] = []
    used_free_tier = False
    for resource in sorted(resources, key=lambda resource: ORDER.index(resource.layer)):
        for charge in charges(resource, context):
            if isinstance(charge, Charge) and not charge.quantity:
                continue
            region = region_of({"provider": resource.provider}, settings.environment.region)
            line = _line(resource, charge, region, prices)
            if isinstance(line, Line):
                lines.append(line)
            else:
                missing.append(line)
            if isinstance(charge, Charge):
                allowance = FREE_TIER.get(charge.item) or FREE_BESIDE.get(
                    (resource.type, charge.item)
                )
                used_free_tier |= charge.item in FREE_TIER
                if allowance:
                    free.append(
                        FreeTier(resource=resource.address, what=charge.what, free=allowance)
                    )
    return lines, missing, free if used_free_tier else []


def _line(
    resource: Resource, charge: Charge | Unpriced, region: str, prices: PriceList
) -> Line | NotPriced:
    where = {"layer": resource.layer, "resource": resource.address, "what": charge.what}
    if isinstance(charge, Unpriced):
        return NotPriced(**where, why=charge.why)
    price = prices.find(charge.item, region)
    if price is None or price.usd is None:
        if region not in prices.regions:
            return NotPriced(**where, why=f"{region} has no prices")
        return NotPriced(**where, why=f"no price of {charge.item} in {region}")
    return Line(
        **where,
        item=charge.item,
        unit=price.unit,
        usd_per_unit=price.usd,
        as_of=price.as_of or "",
        source=price.source,
        quantity=charge.quantity,
        usd=charge.quantity * price.usd,
    )


def total(lines: Iterable[Line]) -> Range:
    """The sum of lines."""
    return sum((line.usd for line in lines), NOTHING)


def assumptions(usage: Usage) -> list[Assumption]:
    """The use that was assumed, by the keys that set it."""
    return [
        Assumption(key=f"cost.usage.{name}", value=value, meaning=_meaning(name))
        for name, value in usage.model_dump().items()
    ]


def _meaning(name: str) -> str:
    return str(Usage.model_fields[name].description)
