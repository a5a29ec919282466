"""The report as one HTML file that needs nothing else: no network, no other file."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from strata.plan.report import Report, short
from strata.plan.views import words


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("strata.plan.views", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html")


def page(report: Report) -> str:
    """The report as HTML."""
    return _template().render(report=report, titles=report.titles, words=words, short=short) + "\n"
