"""Reports as JSON, which follows the schema of their model."""

import json

from pydantic import BaseModel


def as_json(report: BaseModel) -> str:
    """A report in UTF-8."""
    return report.model_dump_json(indent=2) + "\n"


def as_ascii_json(report: BaseModel) -> str:
    """A report in ASCII, with every other character escaped."""
    return json.dumps(report.model_dump(mode="json"), indent=2) + "\n"
