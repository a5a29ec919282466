"""Strata: the whole AWS home of a containerised web API, from one TOML file."""
