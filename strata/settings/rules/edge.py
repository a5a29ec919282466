"""Domain, record, health check."""

import json
import re
from collections.abc import Collection, Iterator

from strata.resources.tls import POLICIES, is_policy
from strata.settings.models import Settings
from strata.settings.positions import Key
from strata.settings.routes import HealthCheck, health_check
from strata.settings.rules.finding import Finding, near

LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
DOMAIN = re.compile(rf"({LABEL}\.)+[a-z]([a-z0-9-]{{0,61}}[a-z0-9])")
RESERVED = re.compile(
    r"(^|\.)(example\.(com|net|org)|test|invalid|localhost|local|internal|onion|alt|home\.arpa)$"
)
"""Names that cannot be registered or delegated (IANA, special-use domain names: RFC 2606, 6761,
6762, 7686, 8375, 9476; ICANN's resolution on .internal of 2024-07-29). Route 53 refuses some of
them, and ACM cannot validate any."""
PLACEHOLDER = re.compile(r"(^|\.)example$")
"""Reserved too (RFC 2606), and used in the settings files that come with Strata."""
CERTIFICATE_NAME = 64
"""Characters of a certificate's first name (ACM API reference, RequestCertificate)."""


def check(settings: Settings) -> Iterator[Finding]:
    """Check `[edge]`."""
    edge = settings.edge
    domain_key: Key = ("edge", "domain")
    if not is_domain(edge.domain):
        yield Finding(domain_key, *no_domain(edge.domain, "api.shop.example"))
    elif not settings.environment.emulated and RESERVED.search(edge.domain):
        yield Finding(
            domain_key,
            "is reserved: it cannot be registered, so a certificate for it is never validated",
            "a domain that you have registered, or a part of one",
            (("environment", "emulated"),),
        )
    key: Key = ("edge", "record_name") if edge.record_name else domain_key
    record = edge.record_name or edge.domain
    if edge.record_name:
        if not is_domain(record):
            wrong, right = no_domain(record, f"api.{edge.domain}")
            yield Finding(key, wrong.replace("domain", "name"), right)
        elif record != edge.domain and not record.endswith(f".{edge.domain}"):
            yield Finding(
                key,
                f"lies outside the zone {edge.domain}",
                f"{edge.domain} or a name that ends in .{edge.domain}",
                (domain_key,),
            )
    if len(record) > CERTIFICATE_NAME:
        yield Finding(
            key,
            f"has {len(record)} characters, too many for a certificate",
            f"at most {CERTIFICATE_NAME}",
        )
    if not is_policy(edge.tls_policy):
        yield Finding(
            ("edge", "tls_policy"),
            "is no security policy of load balancers",
            near(edge.tls_policy, POLICIES, "such as ELBSecurityPolicy-TLS13-1-2-2021-06"),
        )
    yield from judge_health_check(("edge",), health_check(edge))


def judge_health_check(
    key: Key, check: HealthCheck, own: Collection[str] | None = None
) -> Iterator[Finding]:
    """What is wrong with a health check of a target group; `own` names what the table at `key`
    says itself, where the rest is that of `[edge]`, which is judged there."""

    def at(name: str) -> Key:
        return (*key, name) if own is None or name in own else ("edge", name)

    def judged(name: str) -> bool:
        return at(name) == (*key, name)

    if judged("health_check_path") and not re.fullmatch(r"/[!-~]{0,1023}", check.health_check_path):
        yield Finding(at("health_check_path"), "is no path", "such as /health")
    if judged("health_check_matcher") and not _matches(check.health_check_matcher):
        yield Finding(
            at("health_check_matcher"),
            "names no status codes",
            "codes from 200 to 499, such as 200, 200,204 or 200-399",
        )
    timeout, interval = "health_check_timeout_seconds", "health_check_interval_seconds"
    if check.health_check_timeout_seconds >= check.health_check_interval_seconds and (
        judged(timeout) or judged(interval)
    ):
        first, other = (timeout, interval) if judged(timeout) else (interval, timeout)
        wrong = (
            f"is not shorter than the interval, {check.health_check_interval_seconds}"
            if judged(timeout)
            else f"is not longer than the timeout, {check.health_check_timeout_seconds}"
        )
        right = (
            f"2 to {check.health_check_interval_seconds - 1}"
            if judged(timeout)
            else f"at least {check.health_check_timeout_seconds + 1}"
        )
        yield Finding(at(first), wrong, right, (at(other),))


def placeholder(settings: Settings) -> str:
    """A message when the domain is a placeholder, to replace before the first apply to AWS."""
    domain = settings.edge.domain
    if settings.environment.emulated or not PLACEHOLDER.search(domain):
        return ""
    return f"edge.domain = {json.dumps(domain)} is a placeholder: write a domain that you have"


def no_domain(text: str, example: str) -> tuple[str, str]:
    """The parts of an address that do not belong to its domain, and the domain to write."""
    rest = text.strip()
    faults = ["blanks around it"] if rest != text else []
    scheme, separator, after = rest.partition("://")
    if separator:
        faults.append(f"{scheme}://" if scheme.isalpha() else "a scheme")
        rest = after
    rest, at, path = re.fullmatch(r"([^/?#]*)([/?#]?)(.*)", rest, re.DOTALL).groups()  # type: ignore[union-attr]
    if at:
        faults.append("a path" if at == "/" and path else f"a {at} at its end")
    if "@" in rest:
        faults.append("a user")
        rest = rest.rpartition("@")[2]
    host, colon, port = rest.partition(":")
    if colon and port.isdigit():
        faults.append("a port")
        rest = host
    if rest.startswith("*."):
        faults.append("a wildcard")
        rest = rest[2:]
    if rest.endswith("."):
        faults.append("a dot at its end")
        rest = rest.rstrip(".")
    if rest != rest.lower():
        faults.append("capitals")
        rest = rest.lower()
    if faults and is_domain(rest):
        return f"is no domain: it has {', '.join(faults)}", f'"{rest}"'
    return "is no domain", f"lower-case labels with dots between, such as {example}"


def is_domain(name: str) -> bool:
    """Whether a name is a domain as DNS has them, in lower case."""
    return len(name) <= 253 and bool(DOMAIN.fullmatch(name))


def _matches(matcher: str) -> bool:
    if not re.fullmatch(r"[0-9]{3}(-[0-9]{3})?(,[0-9]{3}(-[0-9]{3})?)*", matcher):
        return False
    spans = [list(map(int, part.split("-"))) for part in matcher.split(",")]
    return all(200 <= span[0] <= span[-1] <= 499 for span in spans)
