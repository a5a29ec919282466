"""From settings to Terraform JSON on disk."""

import json
import shutil
from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from strata.documents.layers import OPTIONAL, STACK, stack_name
from strata.machine.node import in_use
from strata.machine.private import PrivateFolder
from strata.settings.models import Settings
from strata.synthesis import lock_file, moved_blocks
from strata.synthesis.moves import Move, read


@in_use()
def synthesize(settings: Sequence[Settings], out: Path, *, composed: bool = True) -> None:
    """Write the stacks of every environment below `out`.

    `out/stacks/<env>-<layer>/cdk.tf.json` for each layer and, if `composed`,
    `out/composed/<env>/cdk.tf.json`, all layers in one stack without a backend; beside them
    Terraform's lock file, and `moved.tf` where something was renamed or moved.
    """
    moves = read()
    _layers(settings, out)
    if composed:
        _compose(settings, out)
    _write_beside(settings, out, moves)


@in_use()
def synthesize_composed(settings: Settings, out: Path) -> Callable[[], None]:
    """Write the composed stack of an environment; returns a function that writes its layers.

    Both together do what `synthesize` does. Where something was moved all is written at once: the
    `moved.tf` of the composed stack follows from the stacks of the layers.
    """
    if read():
        synthesize([settings], out)
        return lambda: None
    _compose([settings], out)
    _write_beside([settings], out, ())

    @in_use()
    def layers() -> None:
        _layers([settings], out)
        _write_beside([settings], out, ())

    return layers


def _layers(settings: Sequence[Settings], out: Path) -> None:
    # Imported here since it starts Node, which --help must not wait for.
    from modules.environment import write_layers  # noqa: PLC0415

    out.mkdir(parents=True, exist_ok=True)
    # CDKTF writes in place, and another strata may read it at this moment.
    with PrivateFolder(out) as folder:
        write_layers(settings, folder)
        made = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
        for path in made:
            (out / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).replace(out / path)
    # An earlier synthesis may have had them.
    for environment, layer in product(settings, OPTIONAL):
        path = Path("stacks", stack_name(environment.environment.name, layer), STACK)
        if path not in made:
            (out / path).unlink(missing_ok=True)


def _write_beside(settings: Sequence[Settings], out: Path, moves: Sequence[Move]) -> None:
    """Write what Terraform reads beside the JSON."""
    names = [environment.environment.name for environment in settings]
    moved_blocks.write(out, names, moves)
    lock_file.write(out, names)


def _compose(settings: Sequence[Settings], out: Path) -> None:
    from modules.environment import write_composed  # noqa: PLC0415

    out.mkdir(parents=True, exist_ok=True)
    with PrivateFolder(out) as folder:
        for environment in settings:
            write_composed(environment, folder)
            name = environment.environment.name
            target = out / "composed" / name / "cdk.tf.json"
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(folder / "stacks" / name / "cdk.tf.json", target)


@in_use()
def compose(settings: Settings) -> dict[str, Any]:
    """The composed stack of one environment, parsed; nothing of it stays on disk."""
    from modules.environment import write_composed  # noqa: PLC0415

    with PrivateFolder() as folder:
        write_composed(settings, folder)
        file = folder / "stacks" / settings.environment.name / "cdk.tf.json"
        return dict(json.loads(file.read_text(encoding="utf-8")))
