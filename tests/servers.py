"""Redis and MariaDB for the tests of the example service, a registry and its clients for those of
`strata push`: put there by `make test` if need be.

Only the programs are used. Each test run starts its own, on 127.0.0.1 and free ports.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAMS = (
    *("redis-server", "redis-cli", "mariadbd", "mariadb-install-db", "mariadb", "openssl"),
    *("docker-registry", "buildah", "skopeo"),
)
PACKAGES = (
    *("redis-server", "mariadb-server-core", "mariadb-client-core", "openssl"),
    *("docker-registry", "buildah", "skopeo"),
)
"""Debian's; mariadb-server itself would set up a database for the whole machine."""

POLICY = Path("/usr/sbin/policy-rc.d")
"""What Debian's maintainer scripts ask before they start a service."""


def find(program: str) -> str | None:
    """The path of a program; Debian keeps servers where only root's PATH leads."""
    return shutil.which(program, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin")


def missing() -> list[str]:
    """The programs that this machine does not have."""
    return [program for program in PROGRAMS if not find(program)]


def install() -> None:
    """Install what is missing, as root of a Debian; elsewhere say what to install."""
    lacking = missing()
    if not lacking:
        return
    if not shutil.which("apt-get") or os.geteuid() != 0:
        sys.exit(
            f"Tests of examples/shop-api and strata push need {', '.join(lacking)} on the PATH.\n"
            f"On Debian and Ubuntu: sudo apt-get install --no-install-recommends "
            f"{' '.join(PACKAGES)}\n"
            "Elsewhere: Redis 6 or newer with TLS, MariaDB 10.5 or newer, OpenSSL, the registry of "
            "the CNCF's distribution as docker-registry, buildah and skopeo."
        )
    with _no_service_starts():
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdout=subprocess.DEVNULL,
            check=True,
        )


@contextmanager
def _no_service_starts() -> Iterator[None]:
    """Keep the package of Redis from starting one on this machine's port 6379."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()


if __name__ == "__main__":
    install()
