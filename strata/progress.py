"""Shows how far the layers are: a live table on a terminal, else a line for each change."""

import time
from collections.abc import Iterable
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.table import Table

STYLES = {
    "waiting": "dim",
    "running": "cyan",
    "failed": "red",
    "not started": "yellow",
    "changes": "yellow",
}


class Progress:
    """One line per layer with its state and time; use it as a context manager around the work."""

    def __init__(self, console: Console, layers: Iterable[str]) -> None:
        self._console = console
        self._state = dict.fromkeys(layers, "waiting")
        self._since: dict[str, float] = {}
        self._took: dict[str, float] = {}
        self._live = Live(self, console=console, refresh_per_second=4)

    def __enter__(self) -> "Progress":
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._live.stop()

    def __call__(self, layer: str, state: str, seconds: float) -> None:
        """Report a layer's state and, once it is done, the seconds it took."""
        self._state[layer] = state
        if state == "running":
            self._since[layer] = time.monotonic()
        elif seconds:
            self._took[layer] = seconds
        if not self._console.is_terminal:
            self._console.print(f"{layer:10} {state:14} {self._time(layer)}".rstrip())

    def __rich__(self) -> Table:
        """The table as it stands."""
        table = Table.grid(padding=(0, 2))
        for layer, state in self._state.items():
            style = STYLES.get(state, "green")
            table.add_row(layer, f"[{style}]{state}[/]", self._time(layer))
        return table

    def _time(self, layer: str) -> str:
        if layer in self._took:
            return f"{self._took[layer]:6.0f} s"
        if layer in self._since and self._console.is_terminal:
            return f"{time.monotonic() - self._since[layer]:6.0f} s"
        return ""
