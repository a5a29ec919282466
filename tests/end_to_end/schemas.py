"""Stands before a provider: answers the call for its schemas from a file, and passes on the rest.

    python schemas.py OUR_SOCKET PROVIDER_SOCKET FILE    ends with standard input

A plan makes some thousand calls, so what passes is not taken apart: of HTTP/2 (RFC 9113) only the
heads of the frames are read. The call for the schemas is known by its path among its headers. They
reach the provider all the same, since each side compresses headers by all that came before
(RFC 7541); there the call then waits for its message until the connection ends.
"""

import contextlib
import selectors
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

PATH = bytes.fromhex("6132d745b31aa6d7d761fb9a42d8c622a771272d23")
"""`/tfplugin5.Provider/GetSchema` as a connection's first call has it, in RFC 7541's Huffman code.
Terraform makes one; another would get all of the provider's schemas."""

PREFACE = len(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
HEAD = 9
"""Bytes before a frame: three for its length, its type, its flags, and four for its stream."""
DATA, HEADERS, SETTINGS, PING, WINDOW_UPDATE = 0, 1, 4, 6, 8
ACKNOWLEDGED = END_OF_STREAM = 1
END_OF_HEADERS = 4
INITIAL_WINDOW = 4
"""Of the settings: how many bytes of a stream may be on their way, 65,535 unless it is said."""
LARGEST = 16_384

# `:status 200` is the eighth of the table that both sides have; the rest is put into none.
BEGIN = b"\x88" + b"\x0f\x10\x10application/grpc"
END = b"\x00\x0bgrpc-status\x010"

Frame = tuple[int, int, int, bytes]
"""A frame's type, flags and stream, and all of its bytes."""


def frame(kind: int, flags: int, stream: int, content: bytes) -> bytes:
    """A frame with its head."""
    head = len(content).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big")
    return head + content


class Frames:
    """Takes the bytes of one direction apart into frames."""

    def __init__(self, skipped: int) -> None:
        self.rest = b""
        self.skipped = skipped

    def of(self, part: bytes) -> Iterator[Frame]:
        """The frames that are whole with these bytes; what comes before the first is one too."""
        content = self.rest + part if self.rest else part
        place, end = 0, len(content)
        while place + HEAD <= end or self.skipped:
            if self.skipped:
                length, kind, flags, stream = self.skipped, -1, 0, 0
            else:
                length = HEAD + int.from_bytes(content[place : place + 3], "big")
                kind, flags = content[place + 3], content[place + 4]
                stream = int.from_bytes(content[place + 5 : place + HEAD], "big")
            if place + length > end:
                break
            self.skipped = 0
            yield kind, flags, stream, content[place : place + length]
            place += length
        self.rest = content[place:]


class Connection:
    """A Terraform's connection, and one for it to the provider.

    One for each: the provider drops what a Terraform that was killed had begun.
    """

    def __init__(self, terraform: socket.socket, provider: socket.socket, schemas: bytes) -> None:
        self.terraform, self.provider = terraform, provider
        self.asked, self.answered = Frames(PREFACE), Frames(0)
        self.schemas = schemas
        self.call = 0
        self.window, self.initial = 0, 65_535

    def ask(self) -> bool:
        """Pass on what Terraform sends; False at its end."""
        part = self.terraform.recv(1 << 18)
        passed = [one[3] for one in self.asked.of(part) if self.passes(*one)]
        if passed:
            self.provider.sendall(b"".join(passed))
        return bool(part)

    def answer(self) -> bool:
        """Pass on what the provider sends; False at its end."""
        part = self.provider.recv(1 << 18)
        if passed := b"".join([one[3] for one in self.answered.of(part)]):
            self.terraform.sendall(passed)
        return bool(part)

    def passes(self, kind: int, flags: int, stream: int, content: bytes) -> bool:
        """Whether a frame is for the provider; do what is to be done of it here."""
        if kind == PING and not flags & ACKNOWLEDGED:
            # By these Terraform measures how fast the schemas come. The provider ends a connection
            # with many of them and no answer of its own.
            self.terraform.sendall(frame(PING, ACKNOWLEDGED, 0, content[HEAD:]))
            return False
        if kind == HEADERS and PATH in content:
            self.call, self.window = stream, self.initial
            self.terraform.sendall(frame(HEADERS, END_OF_HEADERS, stream, BEGIN))
            self.send()
            return True
        if kind == SETTINGS:
            self.set(content[HEAD:])
        elif self.call and stream == self.call:
            if kind == WINDOW_UPDATE:
                self.window += int.from_bytes(content[HEAD:], "big")
                self.send()
            return False
        return True

    def set(self, settings: bytes) -> None:
        """Heed the one setting that matters here, each of two bytes for its name and four more."""
        for place in range(0, len(settings), 6):
            if int.from_bytes(settings[place : place + 2], "big") == INITIAL_WINDOW:
                value = int.from_bytes(settings[place + 2 : place + 6], "big")
                self.window += value - self.initial
                self.initial = value
                self.send()

    def send(self) -> None:
        """Send as much of the schemas as Terraform takes now, and the call's end after the last."""
        while self.call and self.schemas and (size := min(self.window, LARGEST)) > 0:
            part, self.schemas = self.schemas[:size], self.schemas[size:]
            self.window -= len(part)
            self.terraform.sendall(frame(DATA, 0, self.call, part))
            if not self.schemas:
                flags = END_OF_HEADERS | END_OF_STREAM
                self.terraform.sendall(frame(HEADERS, flags, self.call, END))


class Server:
    """Answers at the socket `ours` for the provider at `theirs`."""

    def __init__(self, ours: str, theirs: str, schemas: bytes) -> None:
        self.theirs = theirs
        # Before a message: a byte for compression, four for its length.
        self.message = bytes(1) + len(schemas).to_bytes(4, "big") + schemas
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(ours)
        self.listening.listen()
        self.waiting = selectors.DefaultSelector()
        self.waiting.register(self.listening, selectors.EVENT_READ, self.accept)

    def serve(self) -> None:
        """Until standard input ends: whoever started this has ended, in whatever way."""
        self.waiting.register(sys.stdin, selectors.EVENT_READ, sys.exit)
        while True:
            for key, _ in self.waiting.select():
                key.data()

    def accept(self) -> None:
        """Begin with another Terraform."""
        terraform, _ = self.listening.accept()
        provider = socket.socket(socket.AF_UNIX)
        # If nobody is there, reading it is an error.
        with contextlib.suppress(OSError):
            provider.connect(self.theirs)
        one = Connection(terraform, provider, self.message)

        def pass_on(side: Callable[[], bool]) -> None:
            # A Terraform that was killed waits for no answer.
            with contextlib.suppress(OSError):
                if terraform.fileno() < 0 or side():
                    return
            for end in (terraform, provider):
                self.waiting.unregister(end)
                end.close()

        self.waiting.register(terraform, selectors.EVENT_READ, lambda: pass_on(one.ask))
        self.waiting.register(provider, selectors.EVENT_READ, lambda: pass_on(one.answer))


if __name__ == "__main__":
    server = Server(sys.argv[1], sys.argv[2], Path(sys.argv[3]).read_bytes())
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    server.serve()
