"""Which versions of TLS a security policy takes (ELB User Guide, security policies)."""

import pytest

from strata.resources.tls import is_modern, tls_version


@pytest.mark.parametrize(
    "policy, version",
    [
        ("ELBSecurityPolicy-2016-08", 0),
        ("ELBSecurityPolicy-TLS-1-0-2015-04", 0),
        ("ELBSecurityPolicy-TLS-1-1-2017-01", 1),
        ("ELBSecurityPolicy-TLS-1-2-Ext-2018-06", 2),
        ("ELBSecurityPolicy-TLS13-1-0-2021-06", 0),
        ("ELBSecurityPolicy-TLS13-1-1-2021-06", 1),
        ("ELBSecurityPolicy-TLS13-1-2-Res-2021-06", 2),
        ("ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04", 2),
        ("ELBSecurityPolicy-TLS13-1-3-2021-06", 3),
        ("ELBSecurityPolicy-FS-2018-06", 0),
        ("ELBSecurityPolicy-FS-1-1-2019-08", 1),
        ("ELBSecurityPolicy-FS-1-2-Res-2020-10", 2),
    ],
)
def test_a_policy_starts_at_a_version(policy: str, version: int) -> None:
    assert tls_version(policy) == version
    assert is_modern(policy) is (version >= 2)


@pytest.mark.parametrize("policy", [None, "", "ELBSecurityPolicy-Of-Tomorrow", "TLS-1-2"])
def test_what_is_not_known_is_not_taken_for_modern(policy: str | None) -> None:
    assert tls_version(policy or "") is None
    assert not is_modern(policy)
