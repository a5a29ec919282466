"""The emulator that the end-to-end tests have, for plans against it."""

from tests.end_to_end.conftest import aws, folder, provider

__all__ = ["aws", "folder", "provider"]
