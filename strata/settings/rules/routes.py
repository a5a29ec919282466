"""Routes of `[services]`: what load balancers and certificates take."""

import re
from collections.abc import Iterator, Sequence

from strata.settings.models import Route, Settings
from strata.settings.positions import Key
from strata.settings.routes import further_hosts, health_check, site_hosts
from strata.settings.rules.edge import is_domain, judge_health_check, no_domain
from strata.settings.rules.finding import Finding
from strata.text.words import counted, listed

CONDITION_VALUES = 5
"""Hosts and paths of a rule together: CreateRule answers "A rule can only have '5' condition
values", and no quota raises it (ELB User Guide for Application Load Balancers, quotas)."""
WILDCARDS = 5
"""Wildcards of a rule (ELB User Guide for Application Load Balancers, condition types)."""
PATH = re.compile(r"""[A-Za-z0-9_.$/"'~@:+;&*?-]+""")
LONGEST = 128
"""Characters of a host or path of a rule (ELB API reference, RuleCondition)."""
CERTIFICATE_NAMES = 10
"""Names of a certificate, unless AWS raises the quota (ACM User Guide, quotas)."""
ON_PORT_80 = "-http"
"""What the address in Terraform of a rule on port 80 has after the name of its service."""
RULES = 100
"""Rules of a load balancer beside the default ones (ELB User Guide for Application Load Balancers,
quotas)."""


def check(settings: Settings) -> Iterator[Finding]:
    """Check `[services.NAME.route]`."""
    routes = {name: service.route for name, service in settings.services.items() if service.route}
    taken: dict[int, str] = {}
    for name, route in routes.items():
        key: Key = ("services", name, "route")
        if route.priority in taken:
            other = taken[route.priority]
            yield Finding(
                (*key, "priority"),
                f"is that of services.{other} already",
                "a number of its own, 1 to 50000",
                (("services", other, "route", "priority"),),
            )
        taken.setdefault(route.priority, name)
        yield from _conditions(key, route)
        for index, host in enumerate(route.hosts):
            yield from _host((*key, "hosts", index), host, settings)
        for index, path in enumerate(route.paths):
            yield from _path((*key, "paths", index), path)
        yield from judge_health_check(
            key, health_check(settings.edge, route), route.model_dump(exclude_none=True)
        )
    yield from _together(settings, routes)


def _conditions(key: Key, route: Route) -> Iterator[Finding]:
    values = len(route.hosts) + len(route.paths)
    if not values:
        yield Finding(
            key,
            "has neither hosts nor paths, so that every request would fit",
            'hosts = ["admin.shop.example"], or paths = ["/admin/*"]',
        )
    elif values > CONDITION_VALUES:
        yield Finding(
            (*key, "paths" if route.paths else "hosts"),
            f"has {counted(len(route.hosts), 'host')} and {counted(len(route.paths), 'path')}",
            f"at most {CONDITION_VALUES} together, or another service with the other ones",
            ((*key, "hosts"),) if route.paths else (),
        )
    wildcards = sum(path.count("*") + path.count("?") for path in route.paths)
    if wildcards > WILDCARDS:
        yield Finding(
            (*key, "paths"),
            f"have {wildcards} wildcards, * and ?",
            f"at most {WILDCARDS} together",
        )
    for kind, entries in (("hosts", route.hosts), ("paths", route.paths)):
        yield from _twice((*key, kind), entries)


def _twice(key: Key, entries: Sequence[str]) -> Iterator[Finding]:
    for index, entry in enumerate(entries):
        if entry in entries[:index]:
            yield Finding((*key, index), "is listed twice", "each one once")


def _host(key: Key, host: str, settings: Settings) -> Iterator[Finding]:
    domain = settings.edge.domain
    if "*" in host or "?" in host:
        yield Finding(
            key,
            "is a pattern, and each host gets a record and a name on the certificate",
            f"each host by its whole name, such as admin.{domain}",
        )
    elif not is_domain(host):
        wrong, right = no_domain(host, f"admin.{domain}")
        yield Finding(key, wrong.replace("domain", "host", 1), right)
    elif host != domain and not host.endswith(f".{domain}"):
        yield Finding(
            key,
            f"lies outside the zone {domain}: neither its certificate nor its records can have it",
            f"{domain} or a name that ends in .{domain}",
            (("edge", "domain"),),
        )
    elif len(host) > LONGEST:
        yield Finding(key, f"has {len(host)} characters", f"at most {LONGEST}")
    elif re.search(r"[^a-z]", host.rpartition(".")[2]):
        yield Finding(
            key,
            "has more than letters after its last dot, which rules of load balancers do not take",
            "a host under another domain",
            (("edge", "domain"),),
        )


def _path(key: Key, path: str) -> Iterator[Finding]:
    if not 1 <= len(path) <= LONGEST:
        yield Finding(key, f"has {len(path)} characters", f"1 to {LONGEST}, such as /admin/*")
    elif not PATH.fullmatch(path):
        strange = next(character for character in path if not PATH.fullmatch(character))
        yield Finding(
            key,
            f"has {strange!r}, which path patterns cannot have",
            "letters, digits and _-.$/~\"'@:+;& with the wildcards * and ?",
        )
    elif path[0] not in "/*?":
        yield Finding(key, "fits no path, since every one begins with /", f"/{path}")


def _together(settings: Settings, routes: dict[str, Route]) -> Iterator[Finding]:
    """What a load balancer and its certificate take in all."""
    if not routes:
        return
    names = [*site_hosts(settings.edge), *further_hosts(settings)]
    with_hosts = [name for name, route in routes.items() if route.hosts]
    if with_hosts and len(names) > CERTIFICATE_NAMES:
        yield Finding(
            ("services", with_hosts[-1], "route", "hosts"),
            f"bring the certificate to {len(names)} names: {listed(names)}",
            f"at most {CERTIFICATE_NAMES}; paths under one host need no further name",
            (("edge", "www"),),
        )
    for name in routes:
        # The rule of `x-http` and that of `x` on port 80 are `worker_x_http_rule`, both.
        other = f"{name}{ON_PORT_80}"
        if settings.edge.http == "forward" and other in routes:
            yield Finding(
                ("services", other),
                f"would give its rule the address in Terraform that the rule of services.{name} on "
                "port 80 has",
                "another name",
                (("services", name), ("edge", "http")),
            )
    listeners = 2 if settings.edge.http == "forward" else 1
    if len(routes) * listeners > RULES:
        yield Finding(
            ("services",),
            f"has {len(routes)} routes, {len(routes) * listeners} rules of the load balancer",
            f"at most {RULES} rules",
            (("edge", "http"),),
        )
