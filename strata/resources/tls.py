"""The security policies of load balancers: which versions of TLS a listener accepts."""

import re
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


def _policy_names(forms: str, dated: str) -> list[str]:
    return [f"ELBSecurityPolicy-{form}-{dated}" for form in forms.split()]


POLICIES = frozenset(
    [
        *_policy_names("TLS13-1-0 TLS13-1-1 TLS13-1-2 TLS13-1-3", "2021-06"),
        *_policy_names("TLS13-1-2-Res TLS13-1-2-Ext1 TLS13-1-2-Ext2", "2021-06"),
        *_policy_names("TLS13-1-0 TLS13-1-1 TLS13-1-2 TLS13-1-3 TLS13-1-2-Res", "FIPS-2023-04"),
        *_policy_names("TLS13-1-2-Ext0 TLS13-1-2-Ext1 TLS13-1-2-Ext2", "FIPS-2023-04"),
        *_policy_names("TLS13-1-0 TLS13-1-2 TLS13-1-3 TLS13-1-2-Res", "PQ-2025-09"),
        *_policy_names("TLS13-1-2-Ext1 TLS13-1-2-Ext2", "PQ-2025-09"),
        *_policy_names("TLS13-1-0 TLS13-1-2 TLS13-1-3 TLS13-1-2-Res", "FIPS-PQ-2025-09"),
        *_policy_names("TLS13-1-2-Ext0 TLS13-1-2-Ext1 TLS13-1-2-Ext2", "FIPS-PQ-2025-09"),
        *_policy_names("FS-1-1 FS-1-2 FS-1-2-Res", "2019-08"),
        *_policy_names("TLS-1-1 TLS-1-2", "2017-01"),
        "ELBSecurityPolicy-FS-1-2-Res-2020-10",
        "ELBSecurityPolicy-FS-2018-06",
        "ELBSecurityPolicy-TLS-1-2-Ext-2018-06",
        "ELBSecurityPolicy-TLS-1-0-2015-04",
        "ELBSecurityPolicy-2016-08",
        "ELBSecurityPolicy-2015-05",
    ]
)
"""Security policies of application load balancers (ELB User Guide, security policies; read on
2026-11-28)."""

_LATER = re.compile(
    r"ELBSecurityPolicy-TLS13-1-[0-3](-[A-Za-z0-9]+)*-(20[0-9][0-9]-(?:0[1-9]|1[0-2]))"
)
NEWEST = "2025-09"
"""Year and month of the newest policy in that list."""


def is_policy(name: str) -> bool:
    """Whether a name is that of a security policy, or may be one from after the list was read.

    Policies that follow RFC 9151 are in the guide by that number, and not in the list.
    """
    later = _LATER.fullmatch(name)
    return name in POLICIES or bool(later and (later[2] > NEWEST or "RFC9151" in name))


def tls_version(policy: str) -> int | None:
    """The minor version of TLS 1 that a security policy starts at; None if it is not known."""
    beginnings = [beginning for beginning in _FIRST if policy.startswith(beginning)]
    return _FIRST[max(beginnings, key=len)] if beginnings else None


def is_modern(policy: object) -> bool:
    """Whether a security policy is known, and accepts only TLS 1.2 or newer."""
    version = tls_version(str(policy))
    return version is not None and version >= 2
