"""What a plan does shows on the map."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from strata.documents.stacks import stack
from strata.map.changes import planned
from strata.map.draw import svg
from strata.map.layout import place
from strata.map.write import Drawn, drawn
from strata.plan_file.changes import Plan, parse

Json = dict[str, Any]

NAT = "aws_nat_gateway.network_nat_gateway_9"


def entry(
    address: str, *actions: str, before: Json | None = None, after: Json | None = None
) -> Json:
    change = {"actions": list(actions), "before": before, "after": after, "after_unknown": {}}
    kind, _, name = address.partition(".")
    return {"address": address, "mode": "managed", "type": kind, "name": name, "change": change}


@pytest.fixture(scope="module")
def plan() -> Plan:
    """In the format of `terraform show -json`."""
    same = {"instance_class": "db.m6g.large"}
    return parse(
        {
            "format_version": "1.2",
            "resource_changes": [
                entry("aws_subnet.network_public_subnet_0", "create", after={}),
                entry("aws_db_instance.database_instance", "update",
                      before={**same, "multi_az": False}, after={**same, "multi_az": True}),
                entry("aws_launch_template.cluster_launch_template", "update",
                      before={"image_id": "a"}, after={"image_id": "b"}),
                entry("aws_elasticache_replication_group.cache_replication_group",
                      "delete", "create", before={}, after={}),
                entry('aws_route53_record.edge_certificate_validation_record["x.example"]',
                      "create", after={}),
                entry(NAT, "delete", before={}),
                entry("aws_kms_key.service_key", "delete", before={}),
                entry("aws_vpc.network_vpc", "no-op", before={}, after={}),
            ],
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def changed(composed: Callable[[str], Json], plan: Plan) -> Drawn:
    return drawn(stack(composed("prod")), "shop-prod", plan)


def test_each_kind_of_change_has_its_mark(changed: Drawn) -> None:
    network, system = changed.pictures
    assert {one.id: one.mark for one in (*network.nodes, *system.nodes) if one.mark} == {
        "aws_subnet.network_public_subnet_0": "added",
        "aws_db_instance.database_instance": "changed",
        "aws_elasticache_replication_group.cache_replication_group": "replaced",
        "aws_autoscaling_group.cluster_auto_scaling_group": "changed",
        "data.aws_route53_zone.edge_zone": "changed",
        "gone network": "destroyed",
        "gone system": "destroyed",
    }


def test_what_is_destroyed_is_still_shown(changed: Drawn) -> None:
    network, system = changed.pictures
    assert network.node("gone network").lines == (NAT,)
    assert system.node("gone system").lines == ("aws_kms_key.service_key",)
    told = next(one for one in changed.things if one.id == "gone network")
    assert [part.address for part in told.parts] == [NAT]


def test_what_of_a_thing_changes_stands_in_its_details(changed: Drawn) -> None:
    database = next(o for o in changed.things if o.id == "aws_db_instance.database_instance")
    own = database.parts[0].planned
    assert own is not None
    assert (own.mark, own.attributes) == ("changed", ("multi_az",))


def test_marks_are_words_and_shapes(changed: Drawn) -> None:
    for placed in place(changed.pictures):
        drawing = svg(placed, alone=True)
        for box in placed.boxes:
            if box.node.mark:
                assert f'class="{box.node.kind} {box.node.mark}"' in drawing
        assert "- destroyed" in drawing
    css = drawing.partition("<style>")[2].partition("</style>")[0]
    dashes = [css.partition(f".map .{mark} > .card")[2].partition("}")[0]
              for mark in ("added", "changed", "replaced", "destroyed")]  # fmt: skip
    assert len(set(dashes)) == 4
    assert all("stroke" in one for one in dashes)


def test_what_stands_for_several_has_the_mark_that_all_of_them_have(
    composed: Callable[[str], Json],
) -> None:
    names = composed("prod")["resource"]["aws_cloudwatch_log_group"]
    groups = [f"aws_cloudwatch_log_group.{name}" for name in names]
    changes = [entry(one, "create", after={}) for one in groups]

    def mark_of_logs(*entries: Json) -> str | None:
        plan = parse({"format_version": "1.2", "resource_changes": list(entries)})
        return drawn(stack(composed("prod")), "p", plan).pictures[1].node("logs").mark

    assert mark_of_logs(*changes) == "added"
    assert mark_of_logs(changes[0]) == "changed"


def test_without_changes_nothing_is_marked(composed: Callable[[str], Json]) -> None:
    plan = parse({"format_version": "1.2", "resource_changes": []})
    made = drawn(stack(composed("prod")), "shop-prod", plan)
    assert not [one for picture in made.pictures for one in picture.nodes if one.mark]


def test_of_several_instances_the_worst_counts() -> None:
    record = "aws_route53_record.edge_record"
    plan = parse(
        {
            "format_version": "1.2",
            "resource_changes": [
                entry(f'{record}["a"]', "create", after={}),
                entry(f'{record}["b"]', "delete", before={}),
            ],
        }
    )
    assert {address: one.mark for address, one in planned(plan).items()} == {record: "destroyed"}


def test_no_sensitive_value_of_a_plan_comes_into_the_page(composed: Callable[[str], Json]) -> None:
    before, after = {"password": "hunter2hunter2"}, {"password": "hunter3hunter3"}
    one = entry("aws_db_instance.database_instance", "update", before=before, after=after)
    secret = {"password": True}
    one["change"] |= {"before_sensitive": secret, "after_sensitive": secret}
    plan = parse({"format_version": "1.2", "resource_changes": [one]})
    made = drawn(stack(composed("prod")), "shop-prod", plan)
    assert "hunter" not in json.dumps([str(thing) for thing in made.things])
    database = next(o for o in made.things if o.id == "aws_db_instance.database_instance")
    assert database.parts[0].planned is not None
    assert database.parts[0].planned.attributes == ("password",)
