"""Which resources must go from one layer's state to another's."""

from typing import Any

import pytest

from strata.apply.moving import StateMove, state_moves
from strata.errors import StrataError
from strata.state.states import State, States
from strata.synthesis.moves import History, Place

OLDEST, OLD = Place("service", "aws_a.service_x"), Place("service", "aws_a.service_y")
NEW, NEWER = Place("cluster", "aws_a.cluster_y"), Place("cluster", "aws_a.cluster_z")
PAST = [History(NEWER, (NEW, OLD, OLDEST))]


def holding(**held: dict[str, str]) -> States:
    """Layer -> name -> identifier of what its state holds."""

    def state(names: dict[str, str]) -> State:
        resources: list[dict[str, Any]] = [
            {
                "mode": "managed", "type": "aws_a", "name": name,
                "instances": [{"attributes": {"id": identifier}}],
            }
            for name, identifier in names.items()
        ]  # fmt: skip
        # Of the same address and nothing that could be moved.
        resources.append({"mode": "data", "type": "aws_a", "name": "service_y", "instances": [{}]})
        return State("lineage", 1, {"resources": resources})

    return {"cluster": None, **{layer: state(names) for layer, names in held.items()}}


def test_nothing_was_ever_applied() -> None:
    assert state_moves(PAST, {"cluster": None, "service": None}) == []


@pytest.mark.parametrize("old", [OLD, OLDEST])
def test_what_stands_in_the_old_layer_is_moved_under_its_present_name(old: Place) -> None:
    states = holding(service={old.address.partition(".")[2]: "i"}, cluster={"cluster_other": "o"})
    assert state_moves(PAST, states) == [StateMove(old, NEWER, written=False)]


def test_a_layer_that_was_never_applied_can_take_it() -> None:
    assert state_moves(PAST, holding(service={"service_y": "i"})) == [
        StateMove(OLD, NEWER, written=False)
    ]


@pytest.mark.parametrize("name", ["cluster_z", "cluster_y"])
def test_what_the_new_layer_has_stays_there(name: str) -> None:
    # Under a name of before too: its layer's own plan moves that on.
    assert state_moves(PAST, holding(cluster={name: "i"})) == []


@pytest.mark.parametrize("name", ["cluster_z", "cluster_y"])
def test_after_a_run_that_was_cut_off_it_is_only_taken_from_the_old(name: str) -> None:
    states = holding(service={"service_y": "i"}, cluster={name: "i"})
    place = Place("cluster", f"aws_a.{name}")
    assert state_moves(PAST, states) == [StateMove(OLD, place, written=True)]


def test_two_different_things_are_left_to_a_person() -> None:
    states = holding(service={"service_y": "i"}, cluster={"cluster_z": "another"})
    with pytest.raises(StrataError, match="two different resources"):
        state_moves(PAST, states)


def test_a_move_within_a_layer_needs_no_move_of_states() -> None:
    assert state_moves([History(NEWER, (NEW,))], holding(cluster={"cluster_y": "i"})) == []
