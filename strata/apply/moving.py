"""Moves resources from the state of one layer to that of another, as modules/moves.toml says.

A resource is written to its new layer first and taken from the old one after: at no moment is it in
neither. A run that was cut off in between leaves it in both, and the next one goes on from there.
"""

import contextlib
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from strata.apply.layer import LayerWork
from strata.errors import StrataError
from strata.state import locks
from strata.state.states import State, States, read_state, read_states
from strata.synthesis.moved_blocks import read_layers
from strata.synthesis.moves import History, Place, histories, read


@dataclass(frozen=True)
class StateMove:
    """A resource that stands in another layer's state than the code has it.

    `written` says that the new layer has it already.
    """

    old: Place
    new: Place
    written: bool

    def __str__(self) -> str:
        return f"{self.old.address} of {self.old.layer} -> {self.new.address} of {self.new.layer}"


def state_moves(found: Sequence[History], states: States) -> list[StateMove]:
    """What must be moved between these states; raises StrataError where two layers claim it.

    Two layers that hold the very same thing were left so by a run that was cut off. Two that hold
    different things were applied before the state was moved, and nobody but a person knows which
    one is right.
    """
    moves = []
    for one in found:
        own = [place for place in (one.now, *one.before) if place.layer == one.now.layer]
        here = next((place for place in own if _held(states, place)), None)
        known = _held(states, here) if here else []
        for place in one.before:
            held = _held(states, place)
            if place.layer == one.now.layer or not held:
                continue
            if known and known != held:
                raise StrataError(
                    f"{place.address} of {place.layer} and {(here or one.now).address} of "
                    f"{one.now.layer} are two different resources, and modules/moves.toml says "
                    "they are one",
                    "keep the right one: terraform state rm in the other layer's folder",
                )
            moves.append(StateMove(place, here or one.now, written=bool(known)))
            known = held
    return moves


def _held(states: States, place: Place) -> list[tuple[object, object]]:
    """(key, identifier) of the instances of a resource that a state holds."""
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
    """What must be moved in an environment; asks nobody when nothing is declared.

    With `begun` only what a run that was cut off has written already.
    """
    found = _histories(work)
    needed = state_moves(found, read_states(work.settings.environment)) if found else []
    return [one for one in needed if one.written or not begun]


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
    holds one of the locks; nothing was moved then.
    """
    needed = needed_moves(work, begun=begun)
    if not needed:
        return []
    environment = work.settings.environment
    layers = sorted({place.layer for one in needed for place in (one.old, one.new)})
    for layer in layers:
        work.ready(layer)
    with contextlib.ExitStack() as held:
        for layer in layers:
            held.enter_context(locks.taken(environment, layer, "move"))
        locked(layers)
        # Read again, now that nobody else can write.
        states = {layer: read_state(environment, layer) for layer in layers}
        now = state_moves(_histories(work), states)
        needed = [one for one in now if one.written or not begun]
        _write(work, needed, states)
    return needed


def _write(work: LayerWork, needed: Sequence[StateMove], states: States) -> None:
    tool = work.terraform
    with _files(states) as (folder, files):
        gaining = {one.new.layer for one in needed if not one.written}
        for one in needed:
            if not one.written:
                # From a copy, since the source gives it up only once the target is written.
                copy = folder / "copy.tfstate"
                copy.write_bytes(files[one.old.layer].read_bytes())
                tool.state_move(copy, one.old.address, files[one.new.layer], one.new.address)
        for layer in sorted(gaining):
            tool.state_push(work.folder(layer), files[layer])
        for one in needed:
            tool.state_remove(files[one.old.layer], one.old.address)
        for layer in sorted({one.old.layer for one in needed}):
            tool.state_push(work.folder(layer), files[layer])


@contextlib.contextmanager
def _files(states: Mapping[str, State | None]) -> Iterator[tuple[Path, dict[str, Path]]]:
    """A private folder with each state in a file; there is none for a layer without a state."""
    with tempfile.TemporaryDirectory() as private:
        files = {layer: Path(private, f"{layer}.tfstate") for layer in states}
        for layer, state in states.items():
            if state:
                files[layer].write_text(json.dumps(state.document), encoding="utf-8")
        yield Path(private), files
