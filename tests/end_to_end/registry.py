"""A registry of images on loopback that asks for a login, as ECR does."""

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import find

HTPASSWD = "AWS:$2b$04$faBKcaUFn03NJMIdCeK7luJsyIkStc/MUURajKj0jjTpB.NwnR4oO\n"
"""The emulator's user and password of ECR, hashed with bcrypt."""

PASSWORD = "123456789012-auth-token"
START_SECONDS = 30


@dataclass(frozen=True)
class Registry:
    """A registry that runs."""

    host: str
    log: Path

    def writes(self) -> int:
        """Requests so far that wrote something."""
        lines = self.log.read_text(errors="replace").splitlines()
        written = ('"PUT /v2/', '"PATCH /v2/', '"POST /v2/')
        return sum(any(word in line for word in written) and '" 401 ' not in line for line in lines)


@contextmanager
def running(folder: Path) -> Iterator[Registry]:
    """A registry whose images are in `folder`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{probe.getsockname()[1]}"
    (folder / "htpasswd").write_text(HTPASSWD)
    configuration = {
        "version": 0.1,
        "storage": {"filesystem": {"rootdirectory": str(folder / "images")}},
        "http": {"addr": host},
        "auth": {"htpasswd": {"realm": "ecr", "path": str(folder / "htpasswd")}},
    }
    # JSON is YAML.
    (folder / "registry.yml").write_text(json.dumps(configuration))
    log = folder / "registry.log"
    with log.open("wb") as out:
        program = find("docker-registry") or shutil.which("docker-registry")
        assert program, "make servers"
        process = subprocess.Popen(
            [program, "serve", folder / "registry.yml"], stdout=out, stderr=subprocess.STDOUT
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(host):
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.05)
        yield Registry(host, log)
    finally:
        process.terminate()
        process.wait()


def _answers(host: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://{host}/v2/", timeout=5):
            return True
    except urllib.error.HTTPError as error:
        return error.code == 401
    except OSError:
        return False
