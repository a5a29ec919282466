"""Looks up once what moto (5.2.5) looks up for every request and what never changes.

Its own folder, of which it asks the system for each of 200 services, and the names of a service's
operations: half of what a request of EC2 takes. And which services there are, for which it went
through the 400 folders of botocore at each service's first request, and twice at many: a fifth of
what the requests of an apply took.
"""

from functools import cache

from moto import backends
from moto.core import responses, utils


def keep() -> None:
    """Keep them in this process."""
    services = tuple(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: services
    responses.method_names_from_class = cache(responses.method_names_from_class)
    utils.create_loader = cache(utils.create_loader)
