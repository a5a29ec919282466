"""Shows how far the layers are: plain lines, one for each change."""

from rich.console import Console

STYLES = {"failed": "red", "not started": "yellow", "started": "dim", "changes": "yellow"}


class Progress:
    """Prints a line when a layer changes its state; colour only on a terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, layer: str, state: str, seconds: float) -> None:
        """Report a layer's state and the seconds it took."""
        took = f"{seconds:6.0f} s" if seconds else ""
        self._console.print(
            f"{layer:10} {state:14} {took}".rstrip(),
            style=STYLES.get(state, "green"),
            highlight=False,
        )
