"""What stands before the tests' provider passes on what comes, and answers two calls itself."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.end_to_end import before_provider as before
from tests.end_to_end.before_provider import HEAD, PREFACE, Answers, Connection, frame

MESSAGE = bytes(range(256)) * 300
"""More than a stream has room for at first, and no more than a socket has for who does not read."""
END = before.END_OF_STREAM
LIMIT_SECONDS = 5


@dataclass(frozen=True)
class Sides:
    """Terraform's end of a connection, and the provider's of the other."""

    connection: Connection
    terraform: socket.socket
    provider: socket.socket

    def ask(self, sent: bytes, step: int = 1 << 16) -> bytes:
        """What reaches the provider of what Terraform sends, a few bytes at once."""
        for place in range(0, len(sent), step):
            self.terraform.sendall(sent[place : place + step])
            assert self.connection.ask()
        return read(self.provider)

    def answer(self, sent: bytes, step: int = 1 << 16) -> bytes:
        """What reaches Terraform of what the provider sends."""
        for place in range(0, len(sent), step):
            self.provider.sendall(sent[place : place + step])
            assert self.connection.answer()
        return read(self.terraform)


def read(side: socket.socket) -> bytes:
    """All that has come."""
    came = b""
    try:
        while part := side.recv(1 << 20):
            came += part
    except BlockingIOError:
        return came
    return came


@pytest.fixture
def answers() -> Answers:
    return Answers(MESSAGE)


def sides(answers: Answers) -> Iterator[Sides]:
    """A connection that has begun."""
    (terraform, one), (two, provider) = socket.socketpair(), socket.socketpair()
    with terraform, one, two, provider:
        for end in (terraform, provider):
            end.setblocking(False)
        # What sends more than there is room for is an error, and does not wait for ever.
        one.settimeout(LIMIT_SECONDS)
        made = Sides(Connection(one, two, answers), terraform, provider)
        assert made.ask(bytes(PREFACE)) == bytes(PREFACE)
        yield made


@pytest.fixture
def first(answers: Answers) -> Iterator[Sides]:
    yield from sides(answers)


@pytest.fixture
def second(answers: Answers) -> Iterator[Sides]:
    yield from sides(answers)


def contents(came: bytes) -> list[tuple[int, int, int, bytes]]:
    """Frames without their heads."""
    found = [(kind, flags, stream, one[HEAD:]) for kind, flags, stream, one in
             before.Frames(0).of(came)]  # fmt: skip
    assert sum(HEAD + len(one[3]) for one in found) == len(came)
    return found


@pytest.mark.parametrize("step", [1, 7, HEAD, 1000])
def test_what_passes_comes_as_it_was_however_it_is_cut(first: Sides, step: int) -> None:
    sent = b"".join(
        [
            frame(before.SETTINGS, 0, 0, b""),
            frame(before.HEADERS, before.END_OF_HEADERS, 1, b"another call"),
            frame(before.DATA, END, 1, b"x" * 3000),
            frame(before.WINDOW_UPDATE, 0, 1, b"\0\0\1\0"),
            frame(before.PING, before.ACKNOWLEDGED, 0, b"8 octets"),
        ]
    )
    assert first.ask(sent, step) == sent
    assert first.answer(sent, step) == sent


def test_terraform_gets_the_schemas_as_it_has_room_and_the_provider_nothing_to_do(
    first: Sides,
) -> None:
    call = frame(before.HEADERS, before.END_OF_HEADERS, 3, b"\x04\x95" + before.SCHEMAS)
    assert first.ask(call + frame(before.DATA, END, 3, bytes(5))) == call
    whole = first.connection.answers.schemas
    begin, *data = contents(read(first.terraform))
    assert begin == (before.HEADERS, before.END_OF_HEADERS, 3, before.BEGIN)
    assert {one[:3] for one in data} == {(before.DATA, 0, 3)}
    came = b"".join(one[3] for one in data)
    assert came == whole[:65_535]
    # More for this stream, then for any.
    first.ask(frame(before.WINDOW_UPDATE, 0, 3, (1000).to_bytes(4, "big")))
    more = b"".join(one[3] for one in contents(read(first.terraform)))
    assert more == whole[65_535:66_535]
    larger = before.INITIAL_WINDOW.to_bytes(2, "big") + (1 << 20).to_bytes(4, "big")
    settings = frame(before.SETTINGS, 0, 0, larger)
    assert first.ask(settings) == settings
    *data, end = contents(read(first.terraform))
    assert came + more + b"".join(one[3] for one in data) == whole
    assert end == (before.HEADERS, before.END_OF_HEADERS | END, 3, before.END)


def configured(stream: int, configuration: bytes) -> tuple[bytes, bytes]:
    """The headers of a call with a configuration, and its message."""
    path = b"\x04\x9e" + before.CONFIGURATION
    headers = frame(before.HEADERS, before.END_OF_HEADERS, stream, path)
    return headers, frame(before.DATA, END, stream, configuration)


def test_of_the_same_configuration_the_provider_is_asked_once(first: Sides, second: Sides) -> None:
    headers, message = configured(5, b"region")
    assert first.ask(headers + message) == headers + message
    said = [
        frame(before.HEADERS, before.END_OF_HEADERS, 5, b"headers"),
        frame(before.DATA, 0, 5, b"it is "),
        frame(before.DATA, 0, 5, b"right"),
        frame(before.HEADERS, before.END_OF_HEADERS | END, 5, b"status"),
    ]
    assert first.answer(b"".join(said)) == b"".join(said)
    headers, message = configured(7, b"region")
    assert second.ask(headers + message) == headers
    assert contents(read(second.terraform)) == [
        (before.HEADERS, before.END_OF_HEADERS, 7, before.BEGIN),
        (before.DATA, 0, 7, b"it is right"),
        (before.HEADERS, before.END_OF_HEADERS | END, 7, before.END),
    ]


def test_of_another_configuration_and_after_an_error_it_is_asked_again(
    first: Sides, second: Sides
) -> None:
    headers, message = configured(5, b"region")
    first.ask(headers + message)
    first.answer(frame(before.HEADERS, before.END_OF_HEADERS | END, 5, b"an error"))
    assert second.ask(headers + message) == headers + message
    said = [frame(before.DATA, 0, 5, b"right"), frame(before.HEADERS, END, 5, b"status")]
    second.answer(b"".join(said))
    other = b"".join(configured(9, b"another region"))
    assert first.ask(other) == other


def test_a_ping_is_answered_here(first: Sides) -> None:
    assert first.ask(frame(before.PING, 0, 0, b"8 octets")) == b""
    assert contents(read(first.terraform)) == [(before.PING, before.ACKNOWLEDGED, 0, b"8 octets")]
