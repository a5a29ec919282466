"""Work in a thread, beside what the command itself does: questions to AWS, mostly."""

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")

POLL_SECONDS = 0.1
"""A signal just before a wait without a timeout would be handled only after it."""


class Beside:
    """A thread that does one thing after another."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool

    def begin(self, work: Callable[[], T]) -> Callable[[], T]:
        """Begin, or wait in line; gives a function that waits for the result, or raises its
        error."""
        future = self._pool.submit(work)
        return lambda: _result(future)


@contextlib.contextmanager
def beside() -> Iterator[Beside]:
    """The thread. The block ends after the work that has begun; what waits in line is dropped."""
    pool = ThreadPoolExecutor(1)
    try:
        yield Beside(pool)
    finally:
        pool.shutdown(cancel_futures=True)


def wait_for(future: Future[T]) -> None:
    """Wait until there is a result or an error."""
    # For `wait` alone, one that was dropped is not done.
    while not future.done():
        wait([future], POLL_SECONDS)


def _result(future: Future[T]) -> T:
    wait_for(future)
    return future.result()
