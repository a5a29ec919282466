"""Reads the policies that AWS manages where one is asked for.

moto (5.2.5) reads all 1,500 for each partition at the first request of any service: it looks there
for the access key. That was a seventh of the processor time of the requests of an apply.
"""

import threading
from collections.abc import Callable
from typing import Any

from moto.iam.models import IAMBackend

UNREAD = object()
"""What a backend is given instead of policies when it is made."""

lock = threading.RLock()


def _at_first_use(name: str, read: Callable[[Any], Any]) -> property:
    """An attribute that is read once, by whoever asks first; `read` may ask for another."""

    def get(backend: Any) -> Any:
        held = vars(backend)
        if name not in held:
            with lock:
                if name not in held:
                    held[name] = read(backend)
        return held[name]

    def put(backend: Any, value: Any) -> None:
        if value is not UNREAD:
            vars(backend)[name] = value

    return property(get, put)


def hold() -> None:
    """Read no policy before it is asked for, in this process."""
    for name, method in (
        ("aws_managed_policies", "_init_aws_policies"),
        ("managed_policies", "_init_managed_policies"),
    ):
        setattr(IAMBackend, name, _at_first_use(name, getattr(IAMBackend, method)))
        setattr(IAMBackend, method, lambda _: UNREAD)
