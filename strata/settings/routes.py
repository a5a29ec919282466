"""Which hosts and health checks routes of `[services]` come to, and which requests they take."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase

from strata.settings.models import Edge, Route, Settings


def site_hosts(edge: Edge) -> list[str]:
    """The hosts of the site itself: its record, and the same with www. where it is asked for."""
    record = edge.record_name or edge.domain
    return [record, f"www.{record}"] if edge.www else [record]


def further_hosts(settings: Settings) -> list[str]:
    """The hosts that only routes ask for, each once, in the order of the settings."""
    site = site_hosts(settings.edge)
    asked = [
        host
        for service in settings.services.values()
        if service.route
        for host in service.route.hosts
    ]
    return [host for host in dict.fromkeys(asked) if host not in site]


@dataclass(frozen=True)
class HealthCheck:
    """How a load balancer checks the targets of a group, by the names of the settings."""

    health_check_path: str
    health_check_matcher: str
    health_check_interval_seconds: int
    health_check_timeout_seconds: int
    healthy_threshold: int
    unhealthy_threshold: int


def health_check(edge: Edge, route: Route | None = None) -> HealthCheck:
    """The check of `[service]`, or of a route, which has from `[edge]` what it does not say."""
    names = {field.name for field in fields(HealthCheck)}
    asked = edge.model_dump(include=names)
    if route:
        asked |= route.model_dump(include=names, exclude_none=True)
    return HealthCheck(**asked)


@dataclass(frozen=True)
class Request:
    """What a visitor asks the load balancer for; the path may have a query."""

    host: str
    path: str


def request_to(settings: Settings, name: str = "") -> Request:
    """A request for `[service]`, or for one of `[services]` that has a route, by name.

    It asks for the path of the health check where that comes to the service, else for one that its
    patterns take. Where another service takes all of these, it is the first of them.
    """
    asked = list(_requests(settings, name))
    return next((one for one in asked if taken_by(settings, one) == name), asked[0])


def taken_by(settings: Settings, request: Request) -> str:
    """The one of `[services]` whose route takes a request; empty for `[service]`.

    The rule of the lowest priority that fits does. Hosts are compared without regard to case, paths
    with it and without the query (ELB User Guide for Application Load Balancers, condition types).
    """
    path = request.path.partition("?")[0]
    fitting = [
        (service.route.priority, name)
        for name, service in settings.services.items()
        if (route := service.route)
        and (not route.hosts or request.host.lower() in map(str.lower, route.hosts))
        and (not route.paths or any(fnmatchcase(path, pattern) for pattern in route.paths))
    ]
    return min(fitting)[1] if fitting else ""


def _requests(settings: Settings, name: str) -> Iterator[Request]:
    route = settings.services[name].route if name else None
    hosts = route.hosts if route and route.hosts else site_hosts(settings.edge)
    patterns = route.paths if route and route.paths else ["*"]
    paths = [health_check(settings.edge, route).health_check_path, *map(_shortest, patterns)]
    for path in paths:
        for host in hosts:
            if any(fnmatchcase(path.partition("?")[0], pattern) for pattern in patterns):
                yield Request(host, path)


def _shortest(pattern: str) -> str:
    """The shortest path that a pattern takes: `*` is any text, `?` a character."""
    return "/" + re.sub("^[/?]", "", pattern.replace("*", "")).replace("?", "x")
