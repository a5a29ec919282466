"""Writes `docs/*-report.schema.json` from the models: `make schemas`."""

import json
from pathlib import Path

from strata.commands.reports import REPORTS, schema_of

DOCS = Path(__file__).resolve().parents[1] / "docs"


def schema_text(command: str) -> str:
    """The content of the schema of what a command prints."""
    return json.dumps(schema_of(command), indent=2) + "\n"


def main() -> None:
    """Write every schema."""
    for command in REPORTS:
        (DOCS / f"{command}-report.schema.json").write_text(schema_text(command), encoding="utf-8")


if __name__ == "__main__":
    main()
