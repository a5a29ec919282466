"""AWS's on-demand prices: the rows of `prices.json`."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from strata.errors import StrataError
from strata.machine.files import Unreadable, json_of, text_of

FILE = Path(__file__).with_name("prices.json")

GLOBAL = "global"
"""The region of services that AWS sells at the same price everywhere, such as Route 53."""

Origin = Literal[
    "price list",
    "public copy of the price list",
    "pricing page",
    "published bill or reading of the price list",
]
"""Where a figure was read: by the refresh from the price list itself, or by hand."""


class Price(BaseModel):
    """What one unit of `item` costs in `region`.

    `usd` is the first paid tier of the on-demand price, without tax; None when it is not known.
    `source` is the offer code of AWS's price list; `as_of` the month of a figure that was collected
    by hand, or the day on which the price list was read; `origin` where the figure was read, None
    without a figure. `derived` says how the figure follows from another figure of that date, where
    it was not read itself.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    item: str
    region: str
    unit: str
    usd: float | None
    source: str
    as_of: str | None
    origin: Origin | None = None
    derived: str | None = None


class PriceList:
    """Prices by item and region."""

    def __init__(self, prices: list[Price]) -> None:
        self._prices = {(price.item, price.region): price for price in prices}

    def __iter__(self) -> Iterator[Price]:
        return iter(self._prices.values())

    def __len__(self) -> int:
        return len(self._prices)

    def find(self, item: str, region: str) -> Price | None:
        """The row of an item in a region, or its row for all regions."""
        return self._prices.get((item, region)) or self._prices.get((item, GLOBAL))

    @property
    def regions(self) -> list[str]:
        """The regions that have prices."""
        return sorted({region for _, region in self._prices} - {GLOBAL})


def parse(text: str) -> PriceList:
    """The content of a data file; raises Unreadable."""
    try:
        return PriceList([Price.model_validate(row) for row in json_of(text)["prices"]])
    except (ValidationError, TypeError, LookupError):
        raise Unreadable("is no list of prices") from None


def dump(prices: PriceList) -> str:
    """The content of a data file: one row a line, so that a change of price is a line's change."""
    rows = ",\n".join(
        f"  {json.dumps(price.model_dump(exclude_defaults=True))}" for price in prices
    )
    return f'{{\n "prices": [\n{rows}\n ]\n}}\n'


@cache
def shipped() -> PriceList:
    """The prices in the file beside this module."""
    try:
        return parse(text_of(FILE))
    except Unreadable as error:
        raise StrataError(
            f"{FILE}: {error.why}",
            f"git checkout -- {FILE} brings back the prices that came with it",
        ) from None
