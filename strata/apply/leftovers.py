"""What an earlier or another run left: locks, processes that still work, unfinished layers."""

import shlex
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from strata.apply.layer import LayerWork
from strata.documents.layers import LAYERS
from strata.errors import StrataError
from strata.settings.load import shown
from strata.state import locks
from strata.state.locks import Lock
from strata.terraform.children import left_running

UNSAVED = "errored.tfstate"
"""The file in the layer's folder, by Terraform's name."""


@dataclass(frozen=True)
class Found:
    """What stands in the way of work on a layer.

    Its lock, a process of this folder that works on it, the folder where Terraform left a state
    that it could not write.
    """

    layer: str
    lock: Lock | None
    pid: int | None
    unsaved: Path | None = None

    def words(self, now: datetime) -> str:
        """A sentence for each thing."""
        said = [self._at_work(now)] if self.lock or self.pid else []
        if self.unsaved:
            said.append(
                f"{self.layer}: Terraform could not write its state, and left it in "
                f"{shown(self.unsaved / UNSAVED)}: what it made last stands only there"
            )
        return "\n".join(said)

    def _at_work(self, now: datetime) -> str:
        if not self.lock:
            return f"{self.layer}: Terraform of an earlier run works on it, process {self.pid}"
        text = self.lock.words(now)
        if self.pid:
            return f"{text}; process {self.pid} of this machine works on it"
        if self.lock.who.partition("@")[2] == socket.gethostname():
            return f"{text}; no Terraform of this folder works on it"
        return text


def look(work: LayerWork, layers: Sequence[str] = tuple(LAYERS)) -> list[Found]:
    """What stands in the way, layer by layer."""
    held = {lock.layer: lock for lock in locks.held(work.settings.environment)}
    found = (
        Found(one, held.get(one), left_running(work.folder(one)), _unsaved(work.folder(one)))
        for one in layers
    )
    return [one for one in found if one.lock or one.pid or one.unsaved]


def _unsaved(folder: Path) -> Path | None:
    return folder if (folder / UNSAVED).exists() else None


def refuse(found: Sequence[Found], env: str) -> None:
    """Raise StrataError when anything stands in the way."""
    if not found:
        return
    now = locks.now()
    living = [one for one in found if one.pid]
    if living:
        hint = "wait until it has ended, then run this again"
    else:
        unlock = [
            f"strata unlock {shlex.quote(env)} {one.layer}{' --force' if one.lock.unread else ''}"
            for one in found
            if one.lock
        ]
        push = [
            f"terraform -chdir={shown(one.unsaved)} state push {UNSAVED} && "
            f"rm {shown(one.unsaved / UNSAVED)}"
            for one in found
            if one.unsaved
        ]
        first = [f"if nobody works on it any more, {' and '.join(unlock)}"] if unlock else []
        hint = "\n".join([*first, *push, "and run this again"])
    raise StrataError("\n".join(one.words(now) for one in found), hint)


def unfinished(work: LayerWork) -> list[str]:
    """The layers that a run from this folder began to change and did not finish."""
    return [layer for layer in LAYERS if work.begun(layer).exists()]
