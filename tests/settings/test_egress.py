"""Ways out of the VPC: refused by key and cure."""

from typing import Any

from strata.settings.load import judge
from tests.settings.test_containers import service

Json = dict[str, Any]
MAIL = "203.0.113.0/24"


def way(port: Any = 587, *ranges: str) -> Json:
    return {"port": port, "ranges": list(ranges or [MAIL])}


GOOD = [
    [way()],
    [way(587, MAIL, "198.51.100.7/32"), way(5432, "0.0.0.0/0")],
    [way(22, "10.1.0.0/16")],
    [way(587, *(f"203.0.113.{i}/32" for i in range(10)))],
]


def test_a_way_out_is_right() -> None:
    for ways in GOOD:
        assert judge(service(egress=ways))[1] == [], ways


BAD: list[tuple[list[Json], str, str]] = [
    ([way(443)], "0.port", "another port"),
    ([way(0)], "0.port", "from 1 to 65535"),
    ([way("587")], "0.port", "a whole number"),
    ([way(), way(587, "198.51.100.0/24")], "1.port", "one entry for each port"),
    ([{"port": 587, "ranges": []}], "0.ranges", "an entry"),
    ([{"port": 587}], "0.ranges", "missing"),
    ([way(587, "smtp.example.com")], "0.ranges.0", "and no names"),
    ([way(587, "203.0.113.7")], "0.ranges.0", "203.0.113.7/32 for"),
    ([way(587, "2001:db8::/32")], "0.ranges.0", "IPv4 range"),
    ([way(587, "203.0.113.777")], "0.ranges.0", "such as 203.0.113.0/24"),
    ([way(587, "203.0.113.7/24")], "0.ranges.0", "203.0.113.0/24"),
    ([way(587, "10.0.1.0/24")], "0.ranges.0", "lies in the VPC"),
    ([way(587, MAIL, "203.0.113.128/25")], "0.ranges.1", "overlaps 203.0.113.0/24"),
    ([way(587, *(f"203.0.113.{i}/32" for i in range(11)))], "", "at most 10"),
]


def test_what_leads_nowhere_is_named() -> None:
    for ways, key, words in BAD:
        problems = judge(service(egress=ways))[1]
        found = {".".join(map(str, one.key)): f"{one.wrong} | {one.right}" for one in problems}
        assert list(found) == [f"service.egress.{key}".rstrip(".")], (key, words)
        assert words in found[f"service.egress.{key}".rstrip(".")], (key, words)
