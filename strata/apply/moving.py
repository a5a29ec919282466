"""Moves resources from the state of one layer to that of another, as modules/moves.toml says.

A resource is written to its new layer first and removed from the old layer after, so that it is in
at least one of them all the time. A run that stops in between leaves it in both, and the next run
goes on from there.
"""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from strata.apply.layer import LayerWork
from strata.errors import StrataError
from strata.machine.private import PrivateFolder
from strata.state import locks
from strata.state.states import State, States, read_state, read_states
from strata.synthesis.moved_blocks import read_layers
from strata.synthesis.moves import History, Place, histories, read


@dataclass(frozen=True)
class StateMove:
    """A resource that is in the state of another layer than the code has it in.

    `written` is true when the new layer has it already.
    """

    old: Place
    new: Place
    written: bool

    def __str__(self) -> str:
        return f"{self.old.address} of {self.old.layer} -> {self.new.address} of {self.new.layer}"


def state_moves(past: Sequence[History], states: States) -> list[StateMove]:
    """What must be moved between these states; raises StrataError where two layers claim it.

    The same resource in two layers was left by a run that stopped half way. Different resources in
    two layers were applied before the state was moved; only a person can decide which is right.
    """
    moves = []
    for history in past:
        now = history.now
        own = [place for place in (now, *history.before) if place.layer == now.layer]
        here = next((place for place in own if _instances(states, place)), None)
        known = _instances(states, here) if here else []
        for place in history.before:
            instances = _instances(states, place)
            if place.layer == now.layer or not instances:
                continue
            if known and known != instances:
                raise StrataError(
                    f"{place.address} of {place.layer} and {(here or now).address} of "
                    f"{now.layer} are two different resources, and modules/moves.toml says "
                    "they are one",
                    "keep the right one: terraform state rm in the other layer's folder",
                )
            moves.append(StateMove(place, here or now, written=bool(known)))
            known = instances
    return moves


def _instances(states: States, place: Place) -> list[tuple[object, object]]:
    """(key, identifier) of the instances that a state has of a resource."""
    state = states.get(place.layer)
    if state is None:
        return []
    return [
        (instance.get("index_key"), instance.get("attributes", {}).get("id"))
        for resource in state.document["resources"]
        if resource["mode"] == "managed"
        and f"{resource['type']}.{resource['name']}" == place.address
        for instance in resource["instances"]
    ]


def needed_moves(work: LayerWork, *, begun: bool = False) -> list[StateMove]:
    """What must be moved in an environment; reads no state when no move is declared.

    With `begun` only the moves that an unfinished run has written already.
    """
    past = _histories(work)
    if not past:
        return []
    needed = state_moves(past, read_states(work.settings.environment, work.layers))
    return [move for move in needed if move.written or not begun]


def _histories(work: LayerWork) -> list[History]:
    declared = read()
    if not declared:
        return []
    return histories(read_layers(work.stacks, work.settings.environment.name), declared)


def move(
    work: LayerWork,
    *,
    begun: bool = False,
    locked: Callable[[Sequence[str]], None] = lambda _: None,
) -> list[StateMove]:
    """Move what must be moved between the states of an environment, under their locks.

    `locked` is called with the layers before the first is written. Raises StrataError when somebody
    else has one of the locks; nothing was moved then.
    """
    needed = needed_moves(work, begun=begun)
    if not needed:
        return []
    environment = work.settings.environment
    layers = sorted({place.layer for change in needed for place in (change.old, change.new)})
    for layer in layers:
        work.ready(layer)
    with contextlib.ExitStack() as layer_locks:
        for layer in layers:
            layer_locks.enter_context(locks.taken(environment, layer, "move"))
        locked(layers)
        # Read again, now that nobody else can write.
        states = {layer: read_state(environment, layer) for layer in layers}
        now = state_moves(_histories(work), states)
        needed = [change for change in now if change.written or not begun]
        _write(work, needed, states)
    return needed


def _write(work: LayerWork, needed: Sequence[StateMove], states: States) -> None:
    tool = work.terraform
    with _files(states) as (folder, files):
        targets = {move.new.layer for move in needed if not move.written}
        for move in needed:
            if not move.written:
                # From a copy: the source loses the resource only once the target is written.
                copy = folder / "copy.tfstate"
                copy.write_bytes(files[move.old.layer].read_bytes())
                tool.state_move(copy, move.old.address, files[move.new.layer], move.new.address)
        for layer in sorted(targets):
            tool.state_push(work.folder(layer), files[layer])
        for move in needed:
            tool.state_remove(files[move.old.layer], move.old.address)
        for layer in sorted({move.old.layer for move in needed}):
            tool.state_push(work.folder(layer), files[layer])


@contextlib.contextmanager
def _files(states: Mapping[str, State | None]) -> Iterator[tuple[Path, dict[str, Path]]]:
    """A private folder with a file for each state; a layer without a state has no file."""
    with PrivateFolder() as private:
        files = {layer: private / f"{layer}.tfstate" for layer in states}
        for layer, state in states.items():
            if state:
                files[layer].write_text(json.dumps(state.document), encoding="utf-8")
        yield private, files
