"""What Ctrl-C does while Terraform works: ask it to stop, warn, and only then force it.

SIGTERM and SIGHUP before and after Terraform's work leave nothing behind either.
"""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, the signal of CI to a cancelled job, and the signal of a closed terminal."""

ASKED = "Stopping: Terraform breaks off what it waits for and saves its state. Nothing new begins."
WARNED = (
    "It is still working. One more interrupt kills it: what it made since it last saved its "
    "state would be in no state. Better wait."
)
FORCED = "Killed. The next run reports what it finds."


class Interrupts:
    """Counts interrupts: the first asks, the second warns, the third forces."""

    def __init__(
        self, stop: Callable[[], None], say: Callable[[str], None], leave: Callable[[], None]
    ) -> None:
        self.count = 0
        self._stop = stop
        self._say = say
        self._leave = leave

    def __call__(self, _signal: int, _frame: FrameType | None) -> None:
        """Count an interrupt; called from a signal handler."""
        self.count += 1
        if self.count != 2:
            self._stop()
        # The terminal may have been closed.
        with contextlib.suppress(OSError):
            self._say((ASKED, WARNED, FORCED)[min(self.count, 3) - 1])
        if self.count == 3:
            self._leave()


@contextlib.contextmanager
def handled(interrupts: Interrupts) -> Iterator[None]:
    """Have `interrupts` called instead of an exception raised; only the main thread can do so."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with _in_place(interrupts, SIGNALS):
        yield


class Stopped(BaseException):
    """SIGTERM or SIGHUP, as an exception, so that blocks delete their temporary files."""

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by {signal.Signals(number).name}")
        self.exit_code = 128 + number


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Have SIGTERM and SIGHUP raise Stopped, as Ctrl-C raises KeyboardInterrupt.

    By default they end Python at once, and private folders with plans and states stay on disk.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with _in_place(_stop, (signal.SIGTERM, signal.SIGHUP)):
        yield


def _stop(number: int, _frame: FrameType | None) -> None:
    raise Stopped(number)


@contextlib.contextmanager
def _in_place(
    handler: Callable[[int, FrameType | None], None], numbers: tuple[signal.Signals, ...]
) -> Iterator[None]:
    # An ignored signal stays ignored: `nohup` has SIGHUP ignored on purpose.
    handled_numbers = [
        number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN
    ]
    before = {number: signal.signal(number, handler) for number in handled_numbers}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
