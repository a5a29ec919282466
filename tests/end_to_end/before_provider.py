"""Stands before a provider: answers two of its calls, and passes on the rest.

    python before_provider.py OUR_SOCKET PROVIDER_SOCKET FILE    ends with standard input

The schemas are in the file. Whether a configuration of the provider is right takes it 0.07 s of
processor time, twice in each plan, and depends on nothing else: what it said once is said again.

A plan makes some thousand calls, so what passes is not taken apart: of HTTP/2 (RFC 9113) only the
heads of the frames are read. The two calls are known by their paths among their headers. Headers
always reach the provider, since each side compresses them by all that came before (RFC 7541); of a
call that is answered here they are all that does, and it waits there until the connection ends.
"""

import contextlib
import selectors
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

SCHEMAS = bytes.fromhex("6132d745b31aa6d7d761fb9a42d8c622a771272d23")
"""`/tfplugin5.Provider/GetSchema` in RFC 7541's Huffman code, as a connection's first such call has
it. Terraform makes one in each; another would reach the provider."""
CONFIGURATION = bytes.fromhex("6132d745b31aa6d7d761fb9a42d8c6bb0b58ec2ebb0fdcd216cbc7aa534d")
"""`/tfplugin5.Provider/PrepareProviderConfig`, likewise."""

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


class Answers:
    """What is answered here, each with the prefix of a message."""

    def __init__(self, schemas: bytes) -> None:
        # A byte for compression, and four for the length.
        self.schemas = bytes(1) + len(schemas).to_bytes(4, "big") + schemas
        self.configurations: dict[bytes, bytes] = {}
        """Configuration -> what the provider said of it."""


class Connection:
    """A Terraform's connection, and one for it to the provider.

    One for each: the provider drops what a Terraform that was killed had begun.
    """

    def __init__(self, terraform: socket.socket, provider: socket.socket, answers: Answers) -> None:
        self.terraform, self.provider, self.answers = terraform, provider, answers
        self.asked, self.answered = Frames(PREFACE), Frames(0)
        self.initial = self.window = 65_535
        # The stream of the call for the schemas, and what of them is still to be sent.
        self.schemas, self.rest = 0, b""
        # That of the call with a configuration, the configuration, and what the provider says.
        self.configured, self.configuration, self.said = 0, b"", b""

    def ask(self) -> bool:
        """Pass on what Terraform sends; False at its end."""
        part = self.terraform.recv(1 << 18)
        if passed := b"".join([self.to_provider(*one) for one in self.asked.of(part)]):
            self.provider.sendall(passed)
        return bool(part)

    def answer(self) -> bool:
        """Pass on what the provider sends; False at its end."""
        part = self.provider.recv(1 << 18)
        frames = list(self.answered.of(part))
        if self.configuration:
            for kind, flags, stream, content in frames:
                self.learn(kind, flags, stream, content)
        if passed := b"".join([one[3] for one in frames]):
            self.terraform.sendall(passed)
        return bool(part)

    def to_provider(self, kind: int, flags: int, stream: int, content: bytes) -> bytes:
        """What of a frame goes to the provider; what is to be done of it here is done."""
        if kind == PING and not flags & ACKNOWLEDGED:
            # By these Terraform measures how fast the schemas come. The provider ends a connection
            # with many of them and no answer of its own.
            self.terraform.sendall(frame(PING, ACKNOWLEDGED, 0, content[HEAD:]))
            return b""
        if kind == HEADERS:
            if SCHEMAS in content:
                self.schemas, self.rest, self.window = stream, self.answers.schemas, self.initial
                self.terraform.sendall(frame(HEADERS, END_OF_HEADERS, stream, BEGIN))
                self.send()
            elif CONFIGURATION in content:
                self.configured = stream
        elif kind == SETTINGS:
            self.set(content[HEAD:])
        elif self.schemas and stream == self.schemas:
            if kind == WINDOW_UPDATE:
                self.window += int.from_bytes(content[HEAD:], "big")
                self.send()
            return b""
        elif kind == DATA and self.configured and stream == self.configured:
            return self.configure(flags, content)
        return content

    def configure(self, flags: int, content: bytes) -> bytes:
        """Answer a call with a configuration if it is known, or have the provider do so."""
        if not flags & END_OF_STREAM:
            # Large, and cut: let it pass.
            self.configured = 0
            return content
        if known := self.answers.configurations.get(content[HEAD:]):
            self.terraform.sendall(
                frame(HEADERS, END_OF_HEADERS, self.configured, BEGIN)
                + frame(DATA, 0, self.configured, known)
                + frame(HEADERS, END_OF_HEADERS | END_OF_STREAM, self.configured, END)
            )
            return b""
        self.configuration = content[HEAD:]
        return content

    def learn(self, kind: int, flags: int, stream: int, content: bytes) -> None:
        """Keep what the provider says of a configuration; an error of the call has no message."""
        if stream == self.configured:
            if kind == DATA:
                self.said += content[HEAD:]
            if flags & END_OF_STREAM and self.said:
                self.answers.configurations[self.configuration] = self.said
                self.configuration = b""

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
        while self.rest and (size := min(self.window, LARGEST)) > 0:
            part, self.rest = self.rest[:size], self.rest[size:]
            self.window -= len(part)
            self.terraform.sendall(frame(DATA, 0, self.schemas, part))
            if not self.rest:
                flags = END_OF_HEADERS | END_OF_STREAM
                self.terraform.sendall(frame(HEADERS, flags, self.schemas, END))


class Server:
    """Answers at the socket `ours` for the provider at `theirs`."""

    def __init__(self, ours: str, theirs: str, schemas: bytes) -> None:
        self.theirs = theirs
        self.answers = Answers(schemas)
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
        one = Connection(terraform, provider, self.answers)

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
