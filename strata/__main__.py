"""`python -m strata` is the same as `strata`."""

from strata.cli import run

run()
