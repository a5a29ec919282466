"""Shows how far the layers are: a live table on a terminal, else lines for a log."""

import contextlib
import threading
import time
from collections.abc import Iterable
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from strata.terraform.events import Activity, Event, Watch

STYLES = {
    "waiting": "dim",
    "running": "cyan",
    "failed": "red",
    "not started": "yellow",
    "changes": "yellow",
}

LOOK_SECONDS = 1
STILL_SECONDS = 30
"""In a log, a layer that works for this long without news gets a line about its activity."""


class Progress:
    """A line per layer: its state, its current activity and for how long, the time it took.

    Use it as a context manager around the work. Once a layer is done, its line names the resource
    that took longest.
    """

    def __init__(self, console: Console, layers: Iterable[str]) -> None:
        self._console = console
        self._state = dict.fromkeys(layers, "waiting")
        self._activity = {layer: Activity() for layer in self._state}
        self._since: dict[str, float] = {}
        self._took: dict[str, float] = {}
        self._said: dict[str, tuple[str, float]] = {}
        self._lock = threading.RLock()
        self._live = Live(self, console=console, refresh_per_second=4)
        self._over = threading.Event()

    def __enter__(self) -> "Progress":
        if self._console.is_terminal:
            self._live.start()
        else:
            threading.Thread(target=self._tell_still, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._over.set()
        self._live.stop()

    def __call__(self, layer: str, state: str, seconds: float) -> None:
        """Report a layer's state and, once it is done, the seconds it took."""
        with self._lock:
            self._state[layer] = state
            if state == "running":
                self._since[layer] = time.monotonic()
            elif seconds:
                self._took[layer] = seconds
            if not self._console.is_terminal and state != "running":
                self._print(layer)

    def watch(self, layer: str) -> Watch:
        """A function that receives the events of a layer's Terraform."""

        def hear(event: Event) -> None:
            with self._lock:
                activity, clock = self._activity[layer], time.monotonic()
                activity.hear(event, clock)
                printed = self._said.get(layer)
                news = printed is None or printed[0] != activity.phase
                if not self._console.is_terminal and news:
                    self._said[layer] = (activity.phase, clock)
                    self._print(layer)

        return hear

    def still(self) -> None:
        """Print a line for each layer that has worked for long without news."""
        with self._lock:
            clock = time.monotonic()
            for layer, (phase, when) in self._said.items():
                if self._state[layer] == "running" and clock - when > STILL_SECONDS:
                    self._said[layer] = (phase, clock)
                    self._print(layer)

    def _tell_still(self) -> None:
        """Call `still` regularly, whether Terraform prints anything or not."""
        while not self._over.wait(LOOK_SECONDS):
            self.still()

    def __rich__(self) -> Table:
        """The current table."""
        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        table.add_column(no_wrap=True, justify="right")
        with self._lock:
            for layer in self._state:
                word, detail, seconds = self._words(layer)
                style = STYLES.get(self._state[layer], "green")
                # Text, since an address such as x["y"] is not markup.
                table.add_row(layer, Text(word, style), Text(detail, "dim"), seconds)
        return table

    def _print(self, layer: str) -> None:
        word, detail, seconds = self._words(layer)
        line = Text(f"{layer:10} {word:12} {seconds:>7}  {detail}".rstrip())
        # The work goes on even if nothing can be printed any more.
        with contextlib.suppress(OSError):
            # No wrapping: text copied from a log must be complete.
            self._console.print(line, soft_wrap=True)

    def _words(self, layer: str) -> tuple[str, str, str]:
        state, activity = self._state[layer], self._activity[layer]
        if state == "running":
            clock = time.monotonic()
            word, detail = activity.phase or state, activity.now(clock)
            return word, detail, f"{clock - self._since.get(layer, clock):.0f} s"
        seconds = f"{self._took[layer]:.0f} s" if layer in self._took else ""
        longest = activity.longest
        detail = f"{longest[0]} took {longest[1]:.0f} s" if longest else ""
        return state, detail, seconds
