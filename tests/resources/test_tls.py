"""Which versions of TLS a security policy takes (ELB User Guide, security policies)."""

from strata.resources.tls import POLICIES, is_modern, is_policy, tls_version

VERSIONS = [
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
]


def test_a_policy_starts_at_a_version() -> None:
    for policy, version in VERSIONS:
        assert tls_version(policy) == version, policy
        assert is_modern(policy) is (version >= 2), policy


UNKNOWN = [None, "", "ELBSecurityPolicy-Of-Tomorrow", "TLS-1-2"]


def test_what_is_not_known_is_not_taken_for_modern() -> None:
    for policy in UNKNOWN:
        assert tls_version(policy or "") is None, repr(policy)
        assert not is_modern(policy), repr(policy)


def test_every_policy_that_is_known_says_its_version() -> None:
    unknown = {one for one in POLICIES if tls_version(one) is None}
    assert unknown == {"ELBSecurityPolicy-2015-05"}


NAMES = [
    ("ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09", True),
    ("ELBSecurityPolicy-TLS13-1-2-Ext0-FIPS-PQ-2025-09", True),
    # Made after the list was read.
    ("ELBSecurityPolicy-TLS13-1-3-Res-2027-02", True),
    ("ELBSecurityPolicy-TLS13-1-3-Res-2027-13", False),
    ("ELBSecurityPolicy-TLS13-1-2-2021-07", False),
    ("ELBSecurityPolicy-TLS13-1-2", False),
    ("ELBSecurityPolicy-TLS13-1-4-2021-06", False),
    ("ELBSecurityPolicy-Latest", False),
    ("elbsecuritypolicy-tls13-1-2-2021-06", False),
    ("TLSv1.2_2021", False),
]


def test_a_name_is_that_of_a_policy_or_is_not() -> None:
    for policy, known in NAMES:
        assert is_policy(policy) is known, policy
