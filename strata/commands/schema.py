"""`strata schema`"""

import typer

from strata.settings.schema import schema_text


def schema() -> None:
    """Print the JSON schema of a settings file."""
    typer.echo(schema_text(), nl=False)
