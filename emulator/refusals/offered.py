"""What AWS offers where: lists that come with the emulator's own packages.

Instance types by zone are moto's (read off DescribeInstanceTypeOfferings), the others cfn-lint's
1.58.0 (read off AWS's price list and APIs).
"""

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Any

RETIRED_DATABASE_FAMILIES = ("m1", "m2", "m3", "m4", "r3", "r4", "t1", "t2")
"""Priced still, but for no MySQL that can be made now (RDS User Guide, DB instance class types)."""


@cache
def instance_types(region: str) -> dict[str, set[str]]:
    """Zone -> the instance types that it offers; empty for a region that moto has no list of."""
    from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS  # noqa: PLC0415

    zones: dict[str, set[str]] = {}
    for one in INSTANCE_TYPE_OFFERINGS["availability-zone"].get(region, []):
        zones.setdefault(one["Location"], set()).add(one["InstanceType"])
    return zones


@cache
def _lists(name: str) -> dict[str, Any]:
    found = importlib.util.find_spec("cfnlint")
    if found is None or found.origin is None:
        raise RuntimeError("cfn-lint is not installed beside moto")
    folder = Path(found.origin).parent / "data" / "schemas" / "extensions"
    return dict(json.loads((folder / f"{name}.json").read_text()))


def _of_engine(schema: dict[str, Any], engine: str, member: str) -> set[str]:
    found: set[str] = set()
    for rule in schema.get("allOf", []):
        if rule["if"]["properties"].get("Engine", {}).get("const") == engine:
            found.update(rule["then"]["properties"].get(member, {}).get("enum", ()))
    return found


@cache
def database_versions(engine: str) -> set[str]:
    """Every engine version that RDS has, `8.4.3` and the like."""
    return _of_engine(_lists("aws_rds_dbinstance/engine_version"), engine, "EngineVersion")


@cache
def database_classes(region: str, engine: str) -> set[str]:
    """The classes that RDS offers for `engine` in `region`."""
    schema = _lists("aws_rds_dbinstance/dbinstanceclass_enum").get(region, {})
    return {
        one
        for one in _of_engine(schema, engine, "DBInstanceClass")
        if one.split(".")[1] not in RETIRED_DATABASE_FAMILIES
    }


@cache
def cache_versions(engine: str) -> set[str]:
    """Every engine version that ElastiCache has."""
    return _of_engine(
        _lists("aws_elasticache_cachecluster/engine_version"), engine, "EngineVersion"
    )


@cache
def cache_node_types(region: str) -> set[str]:
    """The node types that ElastiCache offers in `region`."""
    lists = _lists("aws_elasticache_cachecluster/cachenodetype_enum")
    return set(lists.get(region, {}).get("enum", ()))
