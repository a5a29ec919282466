"""Which hosts and health checks the routes of `[services]` come to."""

from dataclasses import dataclass, fields

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
