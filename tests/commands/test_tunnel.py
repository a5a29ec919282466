"""Which port of this machine a tunnel begins at."""

import errno
import os
import socket

import pytest

from strata.commands.tunnel import free_port
from strata.errors import StrataError


def test_a_port_that_is_taken_is_refused_when_asked_for_and_passed_over_otherwise() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        with pytest.raises(StrataError, match=f"port {port} of this machine is taken"):
            free_port(3306, port)
        assert free_port(port, None) != port
    assert free_port(port, None) == port
    # Below 1024 only root may listen.
    assert free_port(80, None) >= 1024


def test_a_port_that_only_root_may_listen_on_is_not_told_as_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Refused(socket.socket):
        def bind(self, _: object) -> None:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(socket, "socket", Refused)
    with pytest.raises(StrataError, match="port 80 of this machine: Permission denied") as error:
        free_port(6379, 80)
    assert error.value.hint == "--local names another, from 1024 on"
