"""Looks up once what moto (5.2.5) looks up for every request and what never changes.

Its own folder, of which it asks the system for each of 200 services, and the names of a service's
operations: half of what a request of EC2 takes. Which services there are, for which it went through
the 400 folders of botocore at each service's first request, and twice at many: a fifth of what the
requests of an apply took. And which errors a service has, whose a host is, where a service's state
is kept, and which parameters of Systems Manager have one name: a tenth.
"""

from functools import cache
from typing import Any

import flask.debughelpers
from moto import backends
from moto.core import errors, responses, utils
from moto.core.base_backend import BackendDict
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.ssm.models import SimpleSystemManagerBackend

get_backend_for_host = DomainDispatcherApplication.get_backend_for_host
of_account = BackendDict.__getitem__
describe_parameters = SimpleSystemManagerBackend.describe_parameters

hosts: dict[str | None, str] = {}


def _backend_for_host(self: Any, host: str | None) -> Any:
    if host not in hosts:
        found = get_backend_for_host(self, host)
        if found is None:
            return None
        hosts[host] = found
    return hosts[host]


def _of_account(self: Any, account_id: str) -> Any:
    """moto's own, which locks and makes what is not there, for what is there."""
    found = self.get(account_id)
    return of_account(self, account_id) if found is None else found


def _describe_parameters(self: Any, filters: Any, parameter_filters: Any) -> Any:
    """As moto does, which looks at each of AWS's 2,000 own for those of a name."""
    named = [one for one in parameter_filters or [] if _is_name(one)]
    if filters or not named:
        return describe_parameters(self, filters, parameter_filters)
    self._validate_parameter_filters(parameter_filters, by_path=False)
    wanted = {_plain(value) for value in named[0].get("Values", [])}
    found = [self.get_parameter(one) for one in list(self._parameters) if _plain(one) in wanted]
    return [one for one in found if self._match_filters(one, parameter_filters)]


def _is_name(one: Any) -> bool:
    return (one.get("Key"), one.get("Option", "Equals")) == ("Name", "Equals")


def _plain(name: str) -> str:
    return name.lstrip("/")


def keep() -> None:
    """Keep them in this process."""
    services = tuple(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: services
    backends._import_backend = cache(backends._import_backend)
    BackendDict.__getitem__ = _of_account
    responses.method_names_from_class = cache(responses.method_names_from_class)
    utils.create_loader = cache(utils.create_loader)
    errors.ErrorLookupFactory = cache(errors.ErrorLookupFactory)
    DomainDispatcherApplication.get_backend_for_host = _backend_for_host
    SimpleSystemManagerBackend.describe_parameters = _describe_parameters
    # A class for each request, to word an error of templates that moto has none of.
    flask.debughelpers.attach_enctype_error_multidict = lambda _: None
