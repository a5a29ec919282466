"""Settings of an environment: read, judged and handed on as typed values."""

from strata.settings.load import InvalidSettings, Problem, load, load_all, resolve
from strata.settings.models import Settings

__all__ = ["InvalidSettings", "Problem", "Settings", "load", "load_all", "resolve"]
