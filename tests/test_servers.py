"""How Redis and MariaDB come to a machine that has none."""

import os
import subprocess
from pathlib import Path

import pytest

from tests import servers


def test_without_root_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(servers, "PROGRAMS", ("sh", "no-such-server"))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit) as ended:
        servers.install()
    assert "need no-such-server on the PATH" in str(ended.value)
    assert "apt-get install --no-install-recommends redis-server mariadb-server-core" in str(
        ended.value
    )


def test_root_of_a_debian_installs_them_without_starting_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    policy, said = tmp_path / "policy-rc.d", tmp_path / "said"
    script = tmp_path / "apt-get"
    script.write_text(f'#!/bin/sh\n{policy}; echo "$? $*" >> {said}\n')
    script.chmod(0o755)
    monkeypatch.setattr(servers, "PROGRAMS", ("no-such-server",))
    monkeypatch.setattr(servers, "POLICY", policy)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    servers.install()
    update, install = said.read_text().splitlines()
    # 101: what a maintainer script is answered that asks whether it may start a service.
    assert update.startswith("101 update")
    assert install.startswith("101 install -y")
    assert install.endswith(" ".join(servers.PACKAGES))
    assert not policy.exists()

    script.write_text("#!/bin/sh\nexit 100\n")
    with pytest.raises(subprocess.CalledProcessError):
        servers.install()
    assert not policy.exists()


def test_a_policy_that_is_there_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.write_text("its own")
    script = tmp_path / "apt-get"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    monkeypatch.setattr(servers, "PROGRAMS", ("no-such-server",))
    monkeypatch.setattr(servers, "POLICY", policy)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    servers.install()
    assert policy.read_text() == "its own"
