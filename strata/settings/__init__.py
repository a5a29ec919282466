"""The settings of an environment: their models, the rules for them, and the messages of errors."""

from strata.settings.load import InvalidSettings, Problem, load, load_all, load_each
from strata.settings.models import Settings

__all__ = ["InvalidSettings", "Problem", "Settings", "load", "load_all", "load_each"]
