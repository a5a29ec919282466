"""A review as one HTML file that needs nothing else: no network, no other file."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from strata.review.ranks import Rank
from strata.review.report import Item, Report, short
from strata.views.words import review as words


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("strata.views", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html")


def review(report: Report) -> str:
    """The review as HTML."""
    shared = {"words": words, "short": short, "ordered": _ordered}
    return _template().render(report=report, titles=report.titles, **shared) + "\n"


def _ordered(rank: Rank, items: list[Item]) -> list[Item]:
    """What is created by type, as it is counted; the rest as it is."""
    if rank != "created":
        return items
    return [item for found in words.by_type(items).values() for item in found]
