"""Which port of this machine a tunnel begins at."""

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
