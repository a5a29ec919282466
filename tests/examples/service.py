"""The example service as a process, in what a container of its task definition would have."""

import http.client
import json
import os
import re
import shlex
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import ROOT
from tests.examples.machines import SECONDS, free_port, program, until

EXAMPLE = ROOT / "examples" / "shop-api"
DOCKERFILE = EXAMPLE / "Dockerfile"

CONTAINER = """
set -eu
mount -t tmpfs -o mode=755 tmpfs /mnt
mkdir /mnt/app
touch /mnt/node
mount --bind "$1" /mnt/app
mount --bind "$2" /mnt/node
cp "$3" /mnt/ca.pem
chmod 444 /mnt/ca.pem
mount -t tmpfs -o "size=$4m,mode=1777" tmpfs /tmp
mount -o remount,ro,bind /mnt
mount -o remount,ro,bind /
user=$5
shift 5
cd /mnt/app
exec setpriv --reuid "${user%:*}" --regid "${user#*:}" --clear-groups --no-new-privs "$@"
"""
"""What Docker does with `user`, `readonlyRootFilesystem` and `tmpfs`, in a mount namespace."""


def image() -> dict[str, list[str]]:
    """Instruction -> its arguments, of the image's last stage."""
    text = re.sub(r"\\\n\s*", "", DOCKERFILE.read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    stage: dict[str, list[str]] = {}
    for line in lines:
        instruction, arguments = line.split(maxsplit=1)
        if instruction == "FROM":
            stage = {}
        stage.setdefault(instruction, []).append(arguments)
    return stage


def image_environment() -> dict[str, str]:
    """What the image's ENV says."""
    pairs = [pair for line in image().get("ENV", []) for pair in shlex.split(line)]
    return dict(pair.split("=", 1) for pair in pairs)


def node() -> str:
    """The Node of the image's major version, or else the one on the PATH."""
    [base] = image()["FROM"]
    major = re.match(r"node:([0-9]+)", base)
    assert major
    pinned = (
        ROOT / "tests" / "nodes" / "node_modules" / f"node{major[1]}-linux-x64" / "bin" / "node"
    )
    return str(pinned) if pinned.exists() else program("node")


@dataclass(frozen=True)
class Secrets:
    """What Secrets Manager would hold for one environment."""

    mysql: dict[str, str]
    redis: str

    def read(self, value_from: str) -> str:
        """What ECS puts into the variable: the whole secret, or the key that its ARN ends with."""
        key = re.search(r":([a-z]+)::$", value_from)
        if "aws_db_instance" in value_from:
            assert key
            return self.mysql[key[1]]
        assert "aws_secretsmanager_secret" in value_from and not key
        return self.redis


@dataclass(frozen=True)
class Place:
    """Where the servers are, in place of AWS's endpoints."""

    mysql_port: int
    redis_port: int
    mysql_host: str = "localhost"
    redis_host: str = "localhost"


def environment(container: dict[str, Any], place: Place, secrets: Secrets) -> dict[str, str]:
    """The variables of a synthesized container, with its endpoints and secrets replaced."""
    plain = {one["name"]: one["value"] for one in container["environment"]}
    assert plain["DB_HOST"].startswith("${aws_db_instance.")
    assert plain["REDIS_HOST"].startswith("${aws_elasticache_replication_group.")
    return {
        **plain,
        "DB_HOST": place.mysql_host,
        "DB_PORT": str(place.mysql_port),
        "REDIS_HOST": place.redis_host,
        "REDIS_PORT": str(place.redis_port),
        **{one["name"]: secrets.read(one["valueFrom"]) for one in container["secrets"]},
    }


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; `body` is its JSON."""

    status: int
    headers: dict[str, str]
    body: Any


@dataclass
class Service:
    """One task: a process of the example service. `container` is its container definition."""

    container: dict[str, Any]
    variables: dict[str, str]
    authority: Path
    log: Path
    port: int = field(default_factory=free_port)
    contained: bool = field(default_factory=lambda: os.geteuid() == 0)
    """Whether it has the user and the file systems of a container; only root can give them."""

    def start(self) -> "Service":
        """Start it as the image's CMD says, with the image's and the task's variables alone."""
        command, *arguments = json.loads(image()["CMD"][-1])
        assert command == "node"
        variables = {
            **image_environment(),
            **self.variables,
            "NODE_EXTRA_CA_CERTS": "/mnt/ca.pem" if self.contained else str(self.authority),
            "PORT": str(self.port),
        }
        [tmpfs] = self.container["linuxParameters"]["tmpfs"]
        prefix = [
            program("unshare"), "--mount", "/bin/sh", "-c", CONTAINER, "container",
            str(EXAMPLE), node(), str(self.authority), str(tmpfs["size"]), self.container["user"],
        ]  # fmt: skip
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [*prefix, "/mnt/node", *arguments] if self.contained else [node(), *arguments],
                cwd=EXAMPLE, env=variables, stdout=log, stderr=log,
            )  # fmt: skip
        return self

    def ask(self, path: str, order: dict[str, Any] | None = None) -> Answer:
        """GET a path, or POST an order to it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            if order is None:
                connection.request("GET", path)
            else:
                headers = {"content-type": "application/json"}
                connection.request("POST", path, json.dumps(order), headers)
            answer = connection.getresponse()
            headers = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, headers, json.loads(answer.read()))
        finally:
            connection.close()

    def health(self, path: str = "/") -> int | None:
        """What the load balancer would see: a status, or no answer."""
        assert self.process.poll() is None, self.said()
        with suppress(ConnectionError):
            return self.ask(path).status
        return None

    def healthy(self) -> "Service":
        """Wait until it is."""
        until(lambda: self.health() == 200, "healthy")
        return self

    def said(self) -> str:
        """All that it logged."""
        return self.log.read_text()

    def messages(self) -> list[str]:
        """What its log lines say."""
        lines = [json.loads(line) for line in self.said().splitlines()]
        return [line["msg"] for line in lines]

    def exit_code(self) -> int:
        """Wait until it ends by itself."""
        return self.process.wait(SECONDS)

    def stop(self) -> int:
        """Ask it to stop, as ECS does, and wait; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.exit_code()
