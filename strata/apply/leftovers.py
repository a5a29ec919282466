"""What an earlier or another run left: locks, running processes, unfinished layers."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from strata.apply.layer import LayerWork
from strata.documents.layers import ALL_LAYERS
from strata.errors import StrataError
from strata.settings.load import shown
from strata.settings.models import Environment
from strata.state import locks
from strata.state.locks import Lock
from strata.terraform.children import left_running

UNSAVED = "errored.tfstate"
"""The file in the layer's folder, by Terraform's name."""


@dataclass(frozen=True)
class Leftover:
    """What prevents work on a layer.

    Its lock, a process of this folder that works on it, and the folder where Terraform left a state
    that it could not write to the bucket.
    """

    layer: str
    lock: Lock | None
    pid: int | None
    unsaved: Path | None = None

    def words(self, now: datetime) -> str:
        """A sentence for each thing."""
        lines = [self._at_work(now)] if self.lock or self.pid else []
        if self.unsaved:
            lines.append(
                f"{self.layer}: Terraform could not write its state, and left it in "
                f"{shown(self.unsaved / UNSAVED)}: what it made last is only there"
            )
        return "\n".join(lines)

    def _at_work(self, now: datetime) -> str:
        if not self.lock:
            return f"{self.layer}: Terraform of an earlier run works on it, process {self.pid}"
        text = self.lock.words(now)
        if self.pid:
            return f"{text}; process {self.pid} of this machine works on it"
        if self.lock.who.partition("@")[2] == socket.gethostname():
            return f"{text}; no Terraform of this folder works on it"
        return text


def find(work: LayerWork, layers: Sequence[str] = tuple(ALL_LAYERS)) -> list[Leftover]:
    """What prevents work, in the order of the layers."""
    by_layer = {lock.layer: lock for lock in locks.read_all(work.settings.environment)}
    leftovers = []
    for layer in layers:
        folder = work.folder(layer)
        leftover = Leftover(layer, by_layer.get(layer), left_running(folder), _unsaved(folder))
        if leftover.lock or leftover.pid or leftover.unsaved:
            leftovers.append(leftover)
    return leftovers


def _unsaved(folder: Path) -> Path | None:
    return folder if (folder / UNSAVED).exists() else None


def refuse(leftovers: Sequence[Leftover], environment: Environment) -> None:
    """Raise StrataError when anything prevents work."""
    if not leftovers:
        return
    now = locks.now()
    if any(leftover.pid for leftover in leftovers):
        hint = "wait until it has ended, then run this again"
    else:
        unlock = [
            environment.command(
                "unlock", leftover.layer, *(["--force"] if leftover.lock.unread else [])
            )
            for leftover in leftovers
            if leftover.lock
        ]
        push = [
            f"terraform -chdir={shown(leftover.unsaved)} state push {UNSAVED} && "
            f"rm {shown(leftover.unsaved / UNSAVED)}"
            for leftover in leftovers
            if leftover.unsaved
        ]
        first = [f"if nobody works on it any more, {' and '.join(unlock)}"] if unlock else []
        hint = "\n".join([*first, *push, "and run this again"])
    raise StrataError("\n".join(leftover.words(now) for leftover in leftovers), hint)


def unfinished(work: LayerWork) -> list[str]:
    """The layers that a run from this folder began to change and did not finish."""
    return [layer for layer in ALL_LAYERS if work.begun(layer).exists()]
