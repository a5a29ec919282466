"""Looks up once what moto (5.2.5) looks up for every request and what never changes.

Its own folder, of which it asks the system for each of 200 services, and the names of a service's
operations: half of what a request of EC2 takes.
"""

from functools import cache

from moto import backends
from moto.core import responses


def keep() -> None:
    """Keep both in this process."""
    services = tuple(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: services
    responses.method_names_from_class = cache(responses.method_names_from_class)
