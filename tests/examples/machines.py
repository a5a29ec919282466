"""What stands in for AWS on loopback: an authority, MariaDB with TLS, Redis with TLS and AUTH."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TypeVar

from tests.servers import find

Answer = TypeVar("Answer")

HOST = "localhost"
"""The only name that the servers' certificates have."""

ELSEWHERE = "127.1"
"""127.0.0.1 as getaddrinfo also reads it: to a client a name, and one that no certificate has."""

SECONDS = 60
"""Time in which everything here must have happened, on a machine that is busy."""


def until(condition: Callable[[], Answer], what: str) -> Answer:
    """The first answer of `condition` that is true."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if answer := condition():
            return answer
        time.sleep(0.05)
    raise TimeoutError(f"{what}: not within {SECONDS} s")


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def program(name: str) -> str:
    """The path of a server's program; `make test` installs them."""
    found = find(name)
    assert found, f"no {name}: python -m tests.servers installs it, or says what to install"
    return found


class Authority:
    """A certificate authority with one server certificate, for one host."""

    def __init__(self, folder: Path, host: str = HOST) -> None:
        self.certificate, self._key = folder / "ca.pem", folder / "ca.key"
        self.server, self.server_key = folder / "server.pem", folder / "server.key"
        self._settings = folder / "openssl.cnf"
        self._settings.write_text("[req]\ndistinguished_name = name\n[name]\n")
        self._make(
            self.certificate, self._key, "Authority of a test",
            "-addext", "basicConstraints=critical,CA:TRUE",
        )  # fmt: skip
        self._make(
            self.server, self.server_key, host,
            "-addext", "basicConstraints=critical,CA:FALSE",
            "-addext", f"subjectAltName=DNS:{host}",
            "-CA", str(self.certificate), "-CAkey", str(self._key),
        )  # fmt: skip

    def _make(self, certificate: Path, key: Path, name: str, *options: str) -> None:
        subprocess.run(
            [program("openssl"), "req", "-x509", "-newkey", "ec",
             "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
             "-config", self._settings, "-subj", f"/CN={name}",
             "-keyout", key, "-out", certificate, *options],
            check=True, capture_output=True,
        )  # fmt: skip


class Server:
    """A process with a folder of its own; the folder's path is short, as a socket's must be."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="strata-"))
        self.port = free_port()
        self.log = self.folder / "log"

    def _start(self, command: list[str], given: str = "") -> None:
        with self.log.open("a") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, text=True
            )
        assert self._process.stdin
        self._process.stdin.write(given)
        self._process.stdin.close()
        until(self._answers, command[0])

    def _answers(self) -> bool:
        assert self._process.poll() is None, self.log.read_text()
        with suppress(subprocess.CalledProcessError):
            self._ask()
            return True
        return False

    def _ask(self) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        """End the process and remove its folder."""
        self._process.terminate()
        self._process.wait(SECONDS)
        shutil.rmtree(self.folder)


class MySql(Server):
    """MariaDB that refuses connections without TLS, as RDS with `require_secure_transport`."""

    def __init__(self, authority: Authority) -> None:
        super().__init__()
        self._socket = self.folder / "socket"
        data = self.folder / "data"
        user = ["--user=root"] if os.geteuid() == 0 else []
        subprocess.run(
            [program("mariadb-install-db"), "--no-defaults", f"--datadir={data}", *user,
             "--auth-root-authentication-method=normal", "--skip-test-db"],
            check=True, capture_output=True,
        )  # fmt: skip
        self._start(
            [program("mariadbd"), "--no-defaults", f"--datadir={data}", *user,
             f"--socket={self._socket}", f"--pid-file={self.folder / 'pid'}",
             "--bind-address=127.0.0.1", f"--port={self.port}", "--skip-name-resolve",
             "--require-secure-transport=ON", f"--ssl-ca={authority.certificate}",
             f"--ssl-cert={authority.server}", f"--ssl-key={authority.server_key}",
             "--innodb-buffer-pool-size=16M", "--innodb-flush-log-at-trx-commit=0"]
        )  # fmt: skip

    def _ask(self) -> None:
        self.sql("SELECT 1")

    def client(self) -> list[str]:
        """The command of a client as root, through the socket: TLS is for the network."""
        return [
            program("mariadb"), "--no-defaults", f"--socket={self._socket}", "--user=root",
            "--batch", "--skip-column-names", "--unbuffered",
        ]  # fmt: skip

    def sql(self, statements: str) -> list[str]:
        """Run statements, which may hold a password, and give the lines of their answer."""
        done = subprocess.run(
            self.client(), input=statements, capture_output=True, text=True, check=True
        )
        return done.stdout.splitlines()

    def connect(self, username: str, password: str, *options: str) -> str:
        """What a client over TCP is answered, or told."""
        done = subprocess.run(
            [program("mariadb"), "--no-defaults", "--protocol=tcp", "--host=127.0.0.1",
             f"--port={self.port}", f"--user={username}", *options,
             "--batch", "--skip-column-names", "--execute=SELECT 1"],
            env={"MYSQL_PWD": password}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.stdout + done.stderr


class Redis(Server):
    """Redis that listens with TLS alone and wants a token, as ElastiCache with both on."""

    def __init__(self, authority: Authority, token: str) -> None:
        super().__init__()
        self._authority = authority
        self.token = token
        settings = {
            "bind": "127.0.0.1",
            "port": "0",
            "tls-port": str(self.port),
            "tls-cert-file": str(authority.server),
            "tls-key-file": str(authority.server_key),
            "tls-auth-clients": "no",
            "requirepass": token,
            "save": '""',
            "dir": str(self.folder),
        }
        lines = "".join(f"{name} {value}\n" for name, value in settings.items())
        self._start([program("redis-server"), "-"], lines)

    def _ask(self) -> None:
        self.command("PING")

    def command(self, *words: str) -> list[str]:
        """Run one command, which may hold the token, and give the lines of its answer."""
        done = subprocess.run(
            [program("redis-cli"), "-e", "-h", HOST, "-p", str(self.port),
             "--tls", "--cacert", self._authority.certificate],
            input=" ".join(words), env={"REDISCLI_AUTH": self.token},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout.split("\n")[:-1]

    def change_token(self, token: str) -> None:
        """Make another token the only one; whoever is connected stays so."""
        self.command("CONFIG", "SET", "requirepass", token)
        self.token = token


class Way:
    """A port of 127.0.0.1 that leads to a server, or does not."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self._target = target
        self._server: socket.socket | None = None
        self._ends: list[socket.socket] = []
        self._drops = 0
        self._drops_in_handshake = False

    def open(self) -> None:
        """Let connections through from now on."""
        self._server = socket.create_server(("127.0.0.1", self.port))
        Thread(target=self._accept, args=(self._server,), daemon=True).start()

    def drop(self, connections: int, *, in_handshake: bool = False) -> None:
        """Cut what is open, and as many of the next connections: at once, or when the client has
        answered what the server says first."""
        self._drops, self._drops_in_handshake = connections, in_handshake
        self._cut()

    def close(self) -> None:
        """Cut what is open, and refuse what comes."""
        if self._server:
            # It wakes the thread that accepts, which a close alone does not on Linux.
            with suppress(OSError):
                self._server.shutdown(socket.SHUT_RDWR)
            self._server.close()
        self._cut()

    def _cut(self) -> None:
        while self._ends:
            with suppress(OSError):
                self._ends.pop().shutdown(socket.SHUT_RDWR)

    def _accept(self, server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = server.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                if self._drops:
                    self._drops -= 1
                    if self._drops_in_handshake:
                        near.sendall(far.recv(65536))
                        near.recv(65536)
                    near.close()
                    far.close()
                    continue
                self._ends += [near, far]
                for pair in ((near, far), (far, near)):
                    Thread(target=_pump, args=pair, daemon=True).start()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
