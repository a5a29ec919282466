"""Regions, types and versions that AWS has, and where."""

import datetime
import importlib.util
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from strata.local.emulator import python
from strata.settings import Settings, figures, load
from strata.settings.rules import findings
from tests import ROOT
from tools.offerings import offerings

LOCAL = load("local").model_dump(exclude_none=True)


def wrong(region: str, **sections: dict[str, Any]) -> dict[str, str]:
    data = {name: {**LOCAL[name], **sections.get(name, {})} for name in LOCAL if name != "reach"}
    data["environment"]["region"] = region
    data["network"]["availability_zones"] = [f"{region}{letter}" for letter in "abc"]
    settings = Settings.model_validate(data)
    return {".".join(map(str, one.key)): f"{one.wrong}: {one.right}" for one in findings(settings)}


REGIONS = ["ap-southeast-6", "ap-southeast-7", "me-south-1", "us-east-1"]


def test_a_region_that_exists_is_accepted() -> None:
    for region in REGIONS:
        assert "environment.region" not in wrong(region), region


OTHER_REGIONS = ["cn-north-1", "us-gov-west-1", "eu-north-9", "us-iso-east-1"]


def test_a_region_of_another_partition_or_none_is_refused() -> None:
    for region in OTHER_REGIONS:
        assert "environment.region" in wrong(region), region


@pytest.mark.parametrize(
    ("region", "key", "name", "instead"),
    [
        ("eu-north-1", "cluster.instance_type", "t2.micro", "t3.micro"),
        ("ap-southeast-4", "cluster.instance_type", "m6i.large", "large"),
        ("ca-west-1", "database.instance_class", "db.t4g.small", "db.t3.small"),
        ("ca-west-1", "cache.node_type", "cache.m7g.large", "large"),
        ("me-central-1", "cache.node_type", "cache.t4g.micro", "cache.t3.micro"),
    ],
)
def test_a_type_that_the_region_lacks_is_refused_with_one_that_is_there(
    region: str, key: str, name: str, instead: str
) -> None:
    section, field = key.split(".")
    found = wrong(region, **{section: {field: name}})[key]
    assert f"is not offered in {region}" in found
    assert instead in found
    offered = figures.offerings()
    kinds = {
        **offered.instance_types,
        **offered.database_classes,
        **offered.cache_node_types,
    }
    for one in found.partition("perhaps ")[2].split(" or "):
        assert region in kinds[one]


def test_a_type_is_accepted_where_it_is_offered() -> None:
    types = {
        "cluster": {"instance_type": "t3.micro"},
        "database": {"instance_class": "db.t3.micro"},
    }
    for region in sorted(figures.offerings().regions):
        found = wrong(region, **types)
        # The youngest region has no small nodes of Redis of that family.
        assert set(found) <= {"cache.node_type"}, region
        assert ("cache.node_type" in found) == (region == "ap-southeast-6")


@pytest.mark.emulator
def test_what_is_shipped_is_what_the_program_makes(tmp_path: Path) -> None:
    """From the cfn-lint that the emulator's lock file pins."""
    code = (
        "import cfnlint, importlib.metadata as m; print(cfnlint.__path__[0], m.version('cfn-lint'))"
    )
    answer = subprocess.run([python(), "-c", code], capture_output=True, text=True, check=True)
    folder, version = answer.stdout.split()
    shipped = json.loads((ROOT / "strata" / "settings" / "offerings.json").read_text())
    day = datetime.date.fromisoformat(shipped.pop("read"))
    assert day <= datetime.date.today()
    assert f"cfn-lint {version}," in shipped.pop("source")
    assert shipped == offerings(Path(folder) / "data")


def test_cfn_lint_is_not_among_our_own_packages() -> None:
    assert importlib.util.find_spec("cfnlint") is None
