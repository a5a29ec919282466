"""Terraform's blocks for renamed or moved resources, in a file of their own beside a stack's JSON.

checkov drops a whole JSON file with a `moved` block in it. It does not read this file, which is
HCL; Terraform reads every file of the folder, so that plain `cdktf` has the moves too.
"""

import json
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

from strata.documents.layers import ALL_LAYERS, stack_name, standing
from strata.documents.stacks import Stack, stack
from strata.machine.files import write_whole
from strata.synthesis.moves import History, Move, Place, histories

NAME = "moved.tf"
HEAD = "# From modules/moves.toml.\n"

_ADDRESS = r"[a-z]\w*\.[A-Za-z_][\w-]*"
_MOVED = rf"moved \{{\n  from = {_ADDRESS}\n  to   = {_ADDRESS}\n\}}\n"
_REMOVED = rf"removed \{{\n  from = {_ADDRESS}\n  lifecycle \{{\n    destroy = false\n  \}}\n\}}\n"
_OURS = re.compile(rf"{re.escape(HEAD)}(\n({_MOVED}|{_REMOVED}))+")


def write(out: Path, environments: Iterable[str], moves: Sequence[Move]) -> None:
    """Write the file into the stacks below `out` that need it, and delete it from all others."""
    for name in environments:
        folders = {layer: out / "stacks" / stack_name(name, layer) for layer in ALL_LAYERS}
        composed = out / "composed" / name
        texts: dict[Path, str] = {}
        if moves:
            past = histories(read_layers(out / "stacks", name), moves)
            for layer in standing(out / "stacks", name):
                texts[folders[layer]] = layer_text(layer, past)
            if composed.is_dir():
                texts[composed] = composed_text(past)
        for folder in (*folders.values(), composed):
            # The Terraform of another strata may read it at this moment.
            if text := texts.get(folder):
                write_whole(folder / NAME, text)
            else:
                (folder / NAME).unlink(missing_ok=True)


def read_layers(stacks: Path, environment: str) -> dict[str, Stack]:
    """The stacks of an environment's layers in `stacks`."""
    return {
        layer: _read(stacks / stack_name(environment, layer))
        for layer in standing(stacks, environment)
    }


def _read(folder: Path) -> Stack:
    return stack(json.loads((folder / "cdk.tf.json").read_text(encoding="utf-8")))


def layer_text(layer: str, past: Sequence[History]) -> str:
    """The blocks of a layer: resources that moved within it, and resources that left it.

    A resource that moved to another layer is removed from this state and never destroyed, also when
    nobody moved the state before.
    """
    moved: list[list[tuple[str, str]]] = []
    removed: list[str] = []
    for history in past:
        before = [place for place in history.before if place.layer == layer]
        if history.now.layer == layer:
            moved.append(_steps([history.now, *before]))
        else:
            removed += [place.address for place in before]
    return _text(moved, removed)


def composed_text(past: Sequence[History]) -> str:
    """The blocks of the composed stack, where a move between layers is an ordinary move."""
    return _text([_steps([history.now, *history.before]) for history in past], [])


def _steps(places: Sequence[Place]) -> list[tuple[str, str]]:
    """(from, to) of each step, the earliest first; `places` has the latest first."""
    addresses = [place.address for place in reversed(places)]
    return list(pairwise(addresses))


def _text(moved: Sequence[Sequence[tuple[str, str]]], removed: Sequence[str]) -> str:
    blocks = [
        f"moved {{\n  from = {old}\n  to   = {new}\n}}\n"
        for old, new in dict.fromkeys(step for steps in moved for step in steps)
    ]
    blocks += [
        f"removed {{\n  from = {address}\n  lifecycle {{\n    destroy = false\n  }}\n}}\n"
        for address in dict.fromkeys(removed)
    ]
    return "\n".join([HEAD, *blocks]) if blocks else ""


def is_ours(text: str) -> bool:
    """Whether the text of such a file has only the blocks that are written here."""
    return bool(_OURS.fullmatch(text))
