"""A server of a test, in a thread of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseServer
from threading import Thread

POLL_SECONDS = 0.02
"""The end waits as long; the library's own half a second was the time of many a small test."""


@contextmanager
def serving(server: BaseServer) -> Iterator[None]:
    """Serve in the block, and close the server's socket at its end."""
    thread = Thread(target=server.serve_forever, args=(POLL_SECONDS,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
