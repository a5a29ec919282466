"""The port to CDKTF's successor: what it changes, and how both are compared (`make successor`)."""

import re
from pathlib import Path

from tools.successor import differences, port, report

IMPORT = re.compile(r"^\s*(from|import) (cdktf|cdktf_cdktf_provider_aws)\b", re.M)


def test_the_port_leaves_no_import_of_the_library_behind(tmp_path: Path) -> None:
    changed = port(tmp_path)
    assert {name.partition("/")[0] for name in changed} == {"modules"}
    files = [tmp_path / "main.py"]
    for room in ("modules", "strata", "policies"):
        files += (tmp_path / room).rglob("*.py")
    assert len(files) > 100
    assert [file for file in files if IMPORT.search(file.read_text())] == []


def test_every_value_that_differs_is_named() -> None:
    mine = {"a": {"b": [1, {"c": 2}]}, "d": None, "e": [1]}
    other = {"a": {"b": [1, {"c": 3}]}, "e": [1, 2], "f": True}
    assert list(differences(mine, other)) == [
        "a.b[1].c: 2, 3",
        "e: [1], [1, 2]",
        "f: null, true",
    ]


def test_only_the_three_values_may_differ() -> None:
    def stack(version: str, provider: str, cidr: str) -> dict[str, object]:
        return {
            "//": {"metadata": {"version": version}},
            "terraform": {"required_providers": {"aws": {"source": "aws", "version": provider}}},
            "resource": {"aws_vpc": {"network_vpc": {"cidr_block": cidr}}},
        }

    ours = {"local-network": stack("0.21.0", "5.100.0", "10.0.0.0/16")}
    assert report(ours, {"local-network": stack("0.24.0", "6.69.1", "10.0.0.0/16")}) == 0
    assert report(ours, {"local-network": stack("0.24.0", "6.69.1", "10.1.0.0/16")}) == 1
    assert report(ours, {}) == 1
    assert report({}, {}) == 1
