"""What a review says of a layer that its own apply has begun to change."""

import re
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from strata.apply.layer import LayerWork
from strata.apply.reviewed_plan import (
    APPLIED,
    LayerRecord,
    Record,
    ReviewedApply,
    expected,
    remaining,
)
from strata.errors import StrataError, UsageError
from strata.plan_file.changes import Change, differences
from strata.review.record import (
    PLAN,
    REVIEW,
    Basis,
    Code,
    Review,
    Tools,
    outdated,
    write,
)
from strata.review.seal import sealed
from strata.settings import load
from strata.state.states import StateIdentity
from strata.terraform.process import Terraform

VPC = "aws_vpc.network_vpc"
CREATE = Change(VPC, ("create",), None, {"cidr_block": "10.0.0.0/16"}, {"id": True})
UPDATE = Change(VPC, ("update",), {"name": "a", "size": 1}, {"name": "b", "size": 1})
REPLACE = Change(VPC, ("delete", "create"), {"name": "a"}, {"name": "b"})


def held(reviewed: Change, real: list[Change]) -> list[str]:
    """The differences in a layer that was begun."""
    return [one.attribute or one.real for one in differences(remaining([reviewed], real), real)]


def test_what_is_done_is_demanded_no_more() -> None:
    assert held(CREATE, []) == []
    assert differences([CREATE], []) != [], "but it is where nothing was begun"


def test_a_creation_that_was_cut_off_is_made_anew() -> None:
    after = {"cidr_block": "10.0.0.0/16", "id": "vpc-1"}
    half = Change(VPC, ("delete", "create"), after, CREATE.after, reason="replace_because_tainted")
    assert held(CREATE, [half]) == []
    other = Change(VPC, ("delete", "create"), after, {"cidr_block": "10.9.0.0/16"}, {"id": True},
                   reason="replace_because_tainted")  # fmt: skip
    assert held(CREATE, [other]) == ["cidr_block"]


def test_a_replacement_for_another_reason_was_not_reviewed() -> None:
    forced = Change(VPC, ("delete", "create"), CREATE.after, CREATE.after)
    assert held(CREATE, [forced]) == ["replace"]
    tainted = Change(VPC, ("delete", "create"), {"name": "a"}, {"name": "b"},
                     reason="replace_because_tainted")  # fmt: skip
    assert held(UPDATE, [tainted]) == ["replace"]


def test_half_a_replacement_is_completed() -> None:
    assert held(REPLACE, [Change(VPC, ("create",), None, {"name": "b"})]) == []
    assert held(REPLACE, [Change(VPC, ("create",), None, {"name": "c"})]) == ["name"]
    old = Change(f"{VPC} (deposed 1234abcd)", ("delete",), {"name": "a"}, None)
    assert held(REPLACE, [old]) == []
    assert held(UPDATE, [old]) == ["delete"]


def test_an_update_that_was_half_done_may_end() -> None:
    assert held(UPDATE, [Change(VPC, ("update",), {"name": "x", "size": 1}, UPDATE.after)]) == []
    other = {"name": "c", "size": 1}
    assert held(UPDATE, [Change(VPC, ("update",), UPDATE.before, other)]) == ["name"]


def test_what_nobody_reviewed_is_refused_in_a_begun_layer_too() -> None:
    other = Change("aws_subnet.network_a", ("delete",), {"id": "subnet-1"}, None)
    assert held(CREATE, [other]) == ["delete"]


def basis(**states: StateIdentity | None) -> Basis:
    return Basis(
        environment="local",
        settings="s",
        code=Code(digest="c", commit=None),
        tools=Tools(terraform="1.11.4", provider="5.100.0", cdktf="0.21.0"),
        states=states,
    )


def at(serial: int, lineage: str = "lineage-1") -> StateIdentity:
    return StateIdentity(lineage=lineage, serial=serial)


STATES: list[tuple[LayerRecord | None, StateIdentity | None, bool]] = [
    (None, at(3), True),
    (None, at(4), False),
    (LayerRecord(before=at(3)), at(3), True),
    (LayerRecord(before=at(3)), at(9), True),
    (LayerRecord(before=at(3)), at(2), False),
    (LayerRecord(before=at(3)), at(9, "lineage-2"), False),
    (LayerRecord(before=at(3)), None, False),
    (LayerRecord(before=at(3), ended=True, left=at(5)), at(5), True),
    (LayerRecord(before=at(3), ended=True, left=at(5)), at(6), False),
    (LayerRecord(before=at(3), ended=True), None, True),
    (LayerRecord(before=at(3), after=at(5)), at(5), True),
    (LayerRecord(before=at(3), after=at(5)), at(6), False),
    (LayerRecord(before=at(3), after=at(5)), at(3), False),
]


def test_states_are_those_of_the_review_or_moved_on_by_it() -> None:
    for record, now, fits in STATES:
        reviewed, found = basis(network=at(3)), basis(network=now)
        done = Record(layers={"network": record} if record else {})
        assert (outdated(expected(reviewed, done, found), found) == []) is fits, (record, now)


def test_a_layer_that_had_no_state_may_have_one_once_it_was_begun() -> None:
    reviewed, found = basis(network=None), basis(network=at(1))
    assert outdated(expected(reviewed, Record(), found), found) != []
    begun = Record(layers={"network": LayerRecord(before=None)})
    assert outdated(expected(reviewed, begun, found), found) == []


def reviewed(folder: Path, address: str = VPC) -> Review:
    """A review of one creation, in `folder`."""
    one = {"address": address, "type": address.partition(".")[0], "mode": "managed",
           "change": {"actions": ["create"], "before": None, "after": {}}}  # fmt: skip
    return write(folder, basis(), {"format_version": "1.2", "resource_changes": [one]}, {})


@pytest.fixture
def work(tmp_path: Path) -> LayerWork:
    tool = Terraform(tmp_path / "terraform", {}, tmp_path / "logs")
    return LayerWork(load("local"), tmp_path / "stacks", tool, threading.Lock())


def test_what_another_review_of_this_folder_applied_is_not_done_for_this_one(
    tmp_path: Path, work: LayerWork
) -> None:
    folder = tmp_path / "review"
    done = {"network": LayerRecord(before=None, after=at(3))}
    for plan, layers in ((reviewed(folder).plan, done), ("that of an earlier review", {})):
        (folder / APPLIED).write_text(sealed(Record(plan=plan, layers=done)))
        assert ReviewedApply.open(folder, work).record.layers == layers


def test_a_plan_that_took_the_place_of_the_one_shown_is_refused(
    tmp_path: Path, work: LayerWork
) -> None:
    folder = tmp_path / "review"
    shown = reviewed(folder)
    assert ReviewedApply.open(folder, work, shown).review == shown
    reviewed(folder, "aws_subnet.network_subnet")
    with pytest.raises(StrataError, match="another plan was written to"):
        ReviewedApply.open(folder, work, shown)


def put(file: Path, position: int, byte: int) -> None:
    """Write one byte; to write a file anew may wait for the disk."""
    with file.open("r+b", buffering=0) as opened:
        opened.seek(position)
        opened.write(bytes([byte]))


def test_any_bit_that_flips_in_a_file_of_a_review_is_noticed_or_means_the_same(
    tmp_path: Path, work: LayerWork
) -> None:
    folder = tmp_path / "review"
    plan = reviewed(folder).plan
    layers = {
        "network": LayerRecord(before=at(3), after=at(5)),
        "edge": LayerRecord(before=None, ended=True, left=at(1)),
    }
    (folder / APPLIED).write_text(sealed(Record(plan=plan, layers=layers)))
    whole = ReviewedApply.open(folder, work)
    assert whole.record.layers == layers
    for name in (PLAN, REVIEW, APPLIED):
        file = folder / name
        content = file.read_bytes()
        noticed = 0
        for position, byte in enumerate(content):
            for bit in (0, 3, 5, 7):
                put(file, position, byte ^ 1 << bit)
                try:
                    found = ReviewedApply.open(folder, work)
                except UsageError as error:
                    noticed += 1
                    assert str(file) in error.message
                    assert "strata plan" in str(error.hint)
                else:
                    same = (found.review, found.plan, found.record)
                    assert same == (whole.review, whole.plan, whole.record), (name, position, bit)
            put(file, position, byte)
        assert noticed > 3 * len(content), "hardly a flip of JSON means the same"
        assert file.read_bytes() == content
    for name in (PLAN, REVIEW, APPLIED):
        for content in (b"", b"null", b"[]", b"{}", b"[" * 100_000, b"\xff", b'{"digest": 1}'):
            file = folder / name
            kept = file.read_bytes()
            file.write_bytes(content)
            with pytest.raises(UsageError, match=re.escape(str(file))):
                ReviewedApply.open(folder, work)
            file.write_bytes(kept)


def test_a_plan_in_a_format_that_is_not_ours_is_as_damaged_as_any(
    tmp_path: Path, work: LayerWork
) -> None:
    write(tmp_path / "review", basis(), {"format_version": "2.0", "resource_changes": []}, {})
    with pytest.raises(UsageError, match=r"plan\.json: the plan's format is 2\.0, not 1"):
        ReviewedApply.open(tmp_path / "review", work)


def test_a_refusal_names_the_environment_as_it_was_given(tmp_path: Path, work: LayerWork) -> None:
    folder = tmp_path / "my review"
    reviewed(folder)
    work = replace(work, settings=work.settings.found_at("my envs/local.toml"))
    one = ReviewedApply.open(folder, work)
    again = f"strata plan 'my envs/local.toml' --out '{folder}'"
    assert one._again() == f"{again} reviews what would be applied now"
    (folder / APPLIED).write_text("{}")
    with pytest.raises(UsageError) as error:
        ReviewedApply.open(folder, work)
    assert error.value.hint == f"{again} reviews what is left"
