"""The settings of an environment: what a user may write, and what is refused."""

from strata.settings.load import InvalidSettings, Problem, load, load_all, load_each
from strata.settings.models import Settings

__all__ = ["InvalidSettings", "Problem", "Settings", "load", "load_all", "load_each"]
