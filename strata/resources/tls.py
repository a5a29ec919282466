"""The security policies of load balancers: which versions of TLS a listener takes."""

from collections.abc import Mapping

_FIRST: Mapping[str, int] = {
    "ELBSecurityPolicy-TLS-1-0": 0,
    "ELBSecurityPolicy-2016-08": 0,
    "ELBSecurityPolicy-TLS-1-1": 1,
    "ELBSecurityPolicy-TLS-1-2": 2,
    "ELBSecurityPolicy-TLS13-1-0": 0,
    "ELBSecurityPolicy-TLS13-1-1": 1,
    "ELBSecurityPolicy-TLS13-1-2": 2,
    "ELBSecurityPolicy-TLS13-1-3": 3,
    "ELBSecurityPolicy-FS-1-1": 1,
    "ELBSecurityPolicy-FS-1-2": 2,
    "ELBSecurityPolicy-FS-2018": 0,
}
"""Beginning of a policy's name -> the minor TLS version it starts at (ELB User Guide, security
policies)."""


def tls_version(policy: str) -> int | None:
    """The minor version of TLS 1 that a security policy starts at; None: not known."""
    beginnings = [one for one in _FIRST if policy.startswith(one)]
    return _FIRST[max(beginnings, key=len)] if beginnings else None


def is_modern(policy: object) -> bool:
    """Whether a security policy is known, and takes TLS 1.2 or newer alone."""
    version = tls_version(str(policy))
    return version is not None and version >= 2
