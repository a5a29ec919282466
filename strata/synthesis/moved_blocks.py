"""Terraform's blocks for what was renamed or moved, in a file of their own beside a stack's JSON.

checkov drops a whole file of JSON with a `moved` block in it. It does not read this one, which is
HCL; Terraform reads every file of the folder, so that plain `cdktf` has the moves too.
"""

import json
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

from strata.documents.layers import LAYERS, stack_name
from strata.documents.stacks import Stack, stack
from strata.synthesis.moves import History, Move, Place, histories

NAME = "moved.tf"
HEAD = "# From modules/moves.toml.\n"

_ADDRESS = r"[a-z]\w*\.[A-Za-z_][\w-]*"
_MOVED = rf"moved \{{\n  from = {_ADDRESS}\n  to   = {_ADDRESS}\n\}}\n"
_REMOVED = rf"removed \{{\n  from = {_ADDRESS}\n  lifecycle \{{\n    destroy = false\n  \}}\n\}}\n"
_OURS = re.compile(rf"{re.escape(HEAD)}(\n({_MOVED}|{_REMOVED}))+")


def write(out: Path, environments: Iterable[str], moves: Sequence[Move]) -> None:
    """Write the file into the stacks below `out` that need one, and take it from all others."""
    for name in environments:
        folders = {layer: out / "stacks" / stack_name(name, layer) for layer in LAYERS}
        composed = out / "composed" / name
        for folder in (*folders.values(), composed):
            (folder / NAME).unlink(missing_ok=True)
        if not moves:
            continue
        found = histories({layer: _read(folder) for layer, folder in folders.items()}, moves)
        texts = {folder: layer_text(layer, found) for layer, folder in folders.items()}
        if composed.is_dir():
            texts[composed] = composed_text(found)
        for folder, text in texts.items():
            if text:
                (folder / NAME).write_text(text, encoding="utf-8")


def read_layers(stacks: Path, environment: str) -> dict[str, Stack]:
    """The stacks of an environment's layers in `stacks`."""
    return {layer: _read(stacks / stack_name(environment, layer)) for layer in LAYERS}


def _read(folder: Path) -> Stack:
    return stack(json.loads((folder / "cdk.tf.json").read_text(encoding="utf-8")))


def layer_text(layer: str, found: Sequence[History]) -> str:
    """The blocks of a layer: what moved within it, and what it no longer holds.

    What moved to another layer is forgotten here and never destroyed, also when nobody moved the
    state before.
    """
    return _text(
        [_steps([place for place in (one.now, *one.before) if place.layer == layer])
         for one in found if one.now.layer == layer],
        [place.address for one in found if one.now.layer != layer
         for place in one.before if place.layer == layer],
    )  # fmt: skip


def composed_text(found: Sequence[History]) -> str:
    """The blocks of the composed stack, where a move between layers is one like any other."""
    return _text([_steps([one.now, *one.before]) for one in found], [])


def _steps(places: Sequence[Place]) -> list[tuple[str, str]]:
    """(from, to) of each step, the first one first; `places` has the latest first."""
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
    """Whether the text of such a file holds what is written here, and nothing that builds."""
    return bool(_OURS.fullmatch(text))
