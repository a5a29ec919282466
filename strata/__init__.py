"""Strata: the whole AWS home of a containerised web API, from one TOML file."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - of a shell, before `make setup`
    # An older one ends in the grammar of the first import. The code is a shell's for what it
    # cannot run: no answer of a command.
    sys.stderr.write(
        f"error: Strata needs Python 3.11, and {sys.executable} is another\n"
        "hint: make setup, then .venv/bin/python or .venv/bin/strata\n"
    )
    sys.exit(126)

__version__ = "0.2.0"
"""The one place that says it; CHANGELOG.md says what came with it."""
