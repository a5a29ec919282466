"""What Ctrl-C does while Terraform works: ask it to stop, warn, and only then force it.

And what the other ways to stop a command do before and after: they leave nothing behind either.
"""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, what CI sends to a cancelled job, and a terminal that is closed."""

ASKED = "Stopping: Terraform ends what it began and saves its state. Nothing more is started."
WARNED = (
    "It still works. Once more drops it at once: what it made since it last saved its state "
    "would be in no state. Better wait."
)
FORCED = "Dropped. The next run says what it finds."


class Interrupts:
    """Counts them: the first asks, the second warns, the third forces."""

    def __init__(
        self, stop: Callable[[], None], say: Callable[[str], None], leave: Callable[[], None]
    ) -> None:
        self.count = 0
        self._stop = stop
        self._say = say
        self._leave = leave

    def __call__(self, _signal: int, _frame: FrameType | None) -> None:
        """Take one in, from a signal handler."""
        self.count += 1
        if self.count != 2:
            self._stop()
        # A terminal that was closed hears nothing any more.
        with contextlib.suppress(OSError):
            self._say((ASKED, WARNED, FORCED)[min(self.count, 3) - 1])
        if self.count == 3:
            self._leave()


@contextlib.contextmanager
def handled(interrupts: Interrupts) -> Iterator[None]:
    """Have `interrupts` called in place of raising; only the main thread can."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with _in_place(interrupts, SIGNALS):
        yield


class Stopped(BaseException):
    """SIGTERM or SIGHUP, as an exception: what a block keeps on disk for its time goes with it."""

    def __init__(self, number: int) -> None:
        super().__init__(f"stopped by {signal.Signals(number).name}")
        self.exit_code = 128 + number


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Have SIGTERM and SIGHUP raise Stopped, as Ctrl-C raises KeyboardInterrupt.

    Left to themselves they end Python at once, and private folders with plans and states stay.
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
    # What is ignored stays so: `nohup` has SIGHUP ignored, and means it.
    taken = [one for one in numbers if signal.getsignal(one) is not signal.SIG_IGN]
    before = {number: signal.signal(number, handler) for number in taken}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
