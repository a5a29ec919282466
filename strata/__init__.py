"""Strata: the whole AWS home of a containerised web API, from one TOML file."""

__version__ = "0.2.0"
"""The one place that says it; CHANGELOG.md says what came with it."""
