"""Places: nothing overlaps, text fits, a change moves little."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from strata.documents.stacks import stack
from strata.errors import StrataError
from strata.map.draw import label
from strata.map.layout import Box, Placed, place
from strata.map.write import drawn

Json = dict[str, Any]


CACHE = "aws_elasticache_replication_group.cache_replication_group"
DATABASE = "aws_db_instance.database_instance"
INSTANCES = "aws_autoscaling_group.cluster_auto_scaling_group"
RULES = {
    ("ingress", "network_database_ingress_instance"): DATABASE,
    ("egress", "network_instance_egress_database"): DATABASE,
    ("egress", "network_instance_egress_cache"): CACHE,
}
"""Way and name of a rule of security groups -> where its arrow from the instances ends."""


def with_other_settings(document: Json) -> None:
    cache = document["resource"]["aws_elasticache_replication_group"]["cache_replication_group"]
    cache["num_cache_clusters"] = 2
    document["resource"]["aws_db_instance"]["database_instance"]["backup_retention_period"] = 14


def without_rule(way: str, rule: str) -> Callable[[Json], None]:
    def change(document: Json) -> None:
        del document["resource"][f"aws_vpc_security_group_{way}_rule"][rule]

    return change


def without_bucket(document: Json) -> None:
    del document["resource"]["aws_s3_bucket"]["edge_access_log_bucket"]


CHANGES: dict[str, Callable[[Json], None]] = {
    "other settings": with_other_settings,
    "without a bucket": without_bucket,
    **{rule: without_rule(way, rule) for way, rule in RULES},
}
"""What is done to `prod`, by its name."""


@pytest.fixture(scope="module")
def all_placed(composed: Callable[[str], Json]) -> dict[str, list[Placed]]:
    """Both pictures of each environment, and of `prod` with each of CHANGES; by one Node."""
    made = {
        name: drawn(stack(composed(name)), name).pictures for name in ("local", "staging", "prod")
    }
    for name, change in CHANGES.items():
        changed = composed("prod")
        change(changed)
        made[name] = drawn(stack(changed), "prod").pictures
    places = iter(place([picture for pictures in made.values() for picture in pictures]))
    return {name: [next(places) for _ in pictures] for name, pictures in made.items()}


@pytest.fixture(params=["local", "staging", "prod"])
def placed(request: pytest.FixtureRequest, all_placed: dict[str, list[Placed]]) -> list[Placed]:
    return all_placed[request.param]


def apart(one: Box, other: Box) -> bool:
    return (
        one.x + one.width <= other.x
        or other.x + other.width <= one.x
        or one.y + one.height <= other.y
        or other.y + other.height <= one.y
    )


def test_boxes_do_not_overlap_and_lie_in_their_groups(placed: list[Placed]) -> None:
    for picture in placed:
        leaves = [box for box in picture.boxes if not box.group]
        for index, box in enumerate(leaves):
            assert all(apart(box, other) for other in leaves[:index]), box.node.id
        places = {box.node.id: box for box in picture.boxes}
        for box in picture.boxes:
            if box.node.parent:
                outer = places[box.node.parent]
                assert outer.x <= box.x and box.x + box.width <= outer.x + outer.width
                assert outer.y <= box.y and box.y + box.height <= outer.y + outer.height


def test_labels_of_arrows_lie_on_no_box_and_on_no_other_label(placed: list[Placed]) -> None:
    for picture in placed:
        leaves = [box for box in picture.boxes if not box.group]
        labels = [
            Box(
                leaves[0].node, one.x - one.width / 2, one.y - one.height / 2, one.width, one.height
            )
            for arrow in picture.arrows
            if (one := label(arrow))
        ]
        for index, said in enumerate(labels):
            assert all(apart(said, other) for other in (*leaves, *labels[:index]))


def test_both_pictures_fit_a_readme(placed: list[Placed]) -> None:
    """At 900 pixels the smallest text, of 11 pixels, is shown with at least 10."""
    for picture in placed:
        assert (picture.width + 24) * 10 / 11 <= 900


def moved(before: Placed, after: Placed) -> list[str]:
    """Ids of boxes that stand elsewhere, or are gone."""
    places = {box.node.id: (box.x, box.y) for box in after.boxes}
    return [box.node.id for box in before.boxes if places.get(box.node.id) != (box.x, box.y)]


def test_what_is_placed_beside_others_is_placed_as_alone(
    all_placed: dict[str, list[Placed]], composed: Callable[[str], Json]
) -> None:
    alone = place(drawn(stack(composed("prod")), "prod").pictures)
    assert all_placed["prod"] == alone


def test_a_change_of_a_setting_moves_nothing(all_placed: dict[str, list[Placed]]) -> None:
    pairs = zip(all_placed["prod"], all_placed["other settings"], strict=True)
    assert [moved(*pair) for pair in pairs] == [[], []]


@pytest.mark.parametrize(("way", "rule"), RULES)
def test_a_rule_that_is_taken_away_takes_its_arrow_and_moves_nothing(
    way: str, rule: str, all_placed: dict[str, list[Placed]]
) -> None:
    prod, after = all_placed["prod"], all_placed[rule]
    gone = {one.edge.id for one in prod[1].arrows} - {one.edge.id for one in after[1].arrows}
    assert gone == {f"traffic:{INSTANCES}:{RULES[way, rule]}"}
    assert [moved(*pair) for pair in zip(prod, after, strict=True)] == [[], []]


def test_another_thing_leaves_most_where_they_were(all_placed: dict[str, list[Placed]]) -> None:
    prod, after = all_placed["prod"], all_placed["without a bucket"]
    assert moved(prod[0], after[0]) == []
    order = [box.node.id for box in sorted(prod[1].boxes, key=lambda box: (box.y, box.x))]
    order.remove("aws_s3_bucket.edge_access_log_bucket")
    assert order == [box.node.id for box in sorted(after[1].boxes, key=lambda box: (box.y, box.x))]


def test_without_the_layout_library_the_error_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(StrataError, match="elkjs is missing") as missing:
        place([], tmp_path)
    assert missing.value.hint == "make setup"
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StrataError, match="node is not on the PATH"):
        place([])
