"""Writes what AWS offers in which region, as cfn-lint has it: `make regions`.

cfn-lint (MIT-0) reads its lists off AWS's price list and the APIs. It comes with the emulator's
packages, in whose environment this runs; nothing of ours is imported here.
"""

import importlib.metadata
import importlib.util
import json
import re
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

Offered = dict[str, set[str]]
"""Region -> names."""

FILE = Path(__file__).parent.parent / "strata" / "settings" / "offerings.json"
REGION = re.compile(r"(?!cn-|us-gov-|us-iso|eu-iso|eusc-)[a-z]{2}-[a-z]+-\d")
"""A region of the `aws` partition."""
OUR_MYSQL = re.compile(r"(5\.7|8\.0|8\.4)\.\d+")
"""Not the `-rds.` builds of Extended Support, which nobody asks for by name."""
RETIRED_DATABASE_FAMILIES = ("m1", "m2", "m3", "m4", "r3", "r4", "t1", "t2")
"""Priced still, but for no MySQL that can be made now (RDS User Guide, DB instance class types)."""


def offerings(data: Path) -> dict[str, Any]:
    """What is shipped, from the folder `data` of cfn-lint, without source and date."""
    extensions = data / "schemas" / "extensions"

    def read(name: str) -> dict[str, Any]:
        return dict(json.loads((extensions / f"{name}.json").read_text()))

    instances = _regions(read("aws_ec2_instance/instancetype_enum"))
    nodes = _regions(read("aws_elasticache_cachecluster/cachenodetype_enum"))
    classes = {
        region: set().union(*(_enum(rule, "DBInstanceClass") for rule in _rules(body, "mysql")))
        for region, body in read("aws_rds_dbinstance/dbinstanceclass_enum").items()
        if REGION.fullmatch(region)
    }
    retired = re.compile(rf"db\.({'|'.join(RETIRED_DATABASE_FAMILIES)})\..*")
    mysql = _versions(read("aws_rds_dbinstance/engine_version"), "mysql")
    return {
        "regions": sorted(instances),
        "redis_versions": _versions(read("aws_elasticache_cachecluster/engine_version"), "redis"),
        "mysql_versions": [one for one in mysql if OUR_MYSQL.fullmatch(one)],
        "instance_types": _grouped(instances, re.compile(r"mac.*")),
        "database_classes": _grouped(classes, retired),
        "cache_node_types": _grouped(nodes, re.compile("")),
    }


def _regions(lists: Mapping[str, Any]) -> Offered:
    return {name: set(one["enum"]) for name, one in lists.items() if REGION.fullmatch(name)}


def _rules(schema: Mapping[str, Any], engine: str) -> list[dict[str, Any]]:
    return [
        rule for rule in schema["allOf"] if engine in _engines(rule["if"]["properties"]["Engine"])
    ]


def _engines(condition: Mapping[str, Any]) -> list[str]:
    return [condition["const"]] if "const" in condition else condition.get("enum", [])


def _enum(rule: Mapping[str, Any], key: str) -> list[str]:
    return list(rule["then"]["properties"][key]["enum"])


def _versions(schema: Mapping[str, Any], engine: str) -> list[str]:
    found = {one for rule in _rules(schema, engine) for one in _enum(rule, "EngineVersion")}
    return sorted(found, key=lambda one: [int(part) for part in re.findall(r"\d+", one)])


def _grouped(offered: Offered, left_out: re.Pattern[str]) -> list[dict[str, str]]:
    """The names that the same regions have, together; `except` where most have them."""
    every = set(offered)
    groups: dict[frozenset[str], list[str]] = {}
    for name in sorted(set().union(*offered.values())):
        if not left_out.fullmatch(name):
            where = frozenset(region for region in every if name in offered[region])
            groups.setdefault(where, []).append(name)
    return [
        {
            **(
                {"in": " ".join(sorted(where))}
                if len(where) <= len(every) / 2
                else {"except": " ".join(sorted(every - where))}
            ),
            "names": " ".join(names),
        }
        for where, names in sorted(groups.items(), key=lambda group: group[1])
    ]


def text(found: Mapping[str, Any], source: str, day: str) -> str:
    """The file: a line for each list and each group, so that a change can be read."""
    lines = [f' "source": {json.dumps(source)}', f' "read": {json.dumps(day)}']
    for key, value in found.items():
        if value and isinstance(value[0], dict):
            rows = ",\n".join(f"  {json.dumps(one)}" for one in value)
            lines.append(f' "{key}": [\n{rows}\n ]')
        else:
            lines.append(f' "{key}": {json.dumps(value)}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main() -> None:
    """Write the file; the date stays when nothing else changes."""
    spec = importlib.util.find_spec("cfnlint")
    if spec is None or not spec.submodule_search_locations:
        sys.exit("cfn-lint is not installed here: run `make regions`")
    found = offerings(Path(spec.submodule_search_locations[0]) / "data")
    source = f"cfn-lint {importlib.metadata.version('cfn-lint')}, MIT-0, region data"
    old = json.loads(FILE.read_text()) if FILE.exists() else {}
    same = {**found, "source": source} == {k: v for k, v in old.items() if k != "read"}
    day = old["read"] if same else date.today().isoformat()
    FILE.write_text(text(found, source, day))


if __name__ == "__main__":
    main()
