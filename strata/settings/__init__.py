"""Settings of an environment: read, judged and handed on as typed values."""

from strata.settings.models import Settings

__all__ = ["Settings"]
