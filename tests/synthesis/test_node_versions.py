"""Every version of Node that the README names writes the same JSON, without a banner.

So does the provider package as it comes, for which the cut stands (test_cut_assembly.py).
"""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from tests import ROOT
from tests.modules.test_direct_node import unpacked
from tests.synthesis.as_it_comes import ALL_TYPES, COUNT_TYPES, IMPORT_ROOT, LEAVE
from tests.synthesis.existing import write_existing

NODES = ROOT / "tests" / "nodes" / "node_modules"
AS_IT_COMES = f"""
{IMPORT_ROOT}
from strata.cli import main
assert main() == 0
{COUNT_TYPES}
{LEAVE}
"""
"""The command, with all of the provider package and with its own assembly."""
COMMAND = ("-m", "strata")
HERE = (platform.system(), platform.machine()) == ("Linux", "x86_64")
LINUX = pytest.mark.skipif(not HERE, reason="tests/nodes has Node for Linux on x64")
ENVS = ("local", "dev", "staging", "prod", "tests/as-blogged.toml", "examples/full.toml")


def files(out: Path) -> dict[str, bytes]:
    return {str(p.relative_to(out)): p.read_bytes() for p in sorted(out.rglob("*.json"))}


def synthesize(out: Path, *program: str, **env: str) -> list[str]:
    """Synthesize without a word on the way; gives the lines of the answer."""
    envs = (*ENVS, write_existing(out.parent))
    done = subprocess.run(
        [sys.executable, *program, "-q", "synth", *envs, "--out", str(out)],
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The JSON of the Node on the PATH."""
    out = tmp_path_factory.mktemp("usual")
    synthesize(out, *COMMAND, JSII_NODE="node")
    return files(out)


def node(major: int) -> str:
    """The path of the Node of that version that tests/nodes has."""
    found = NODES / f"node{major}-linux-x64" / "bin" / "node"
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True)
    assert version.stdout.startswith(f"v{major}.")
    return str(found)


@LINUX
@pytest.mark.nodes
@pytest.mark.parametrize("major", [22, 24])
def test_another_node_writes_the_same_bytes(
    major: int, usual: dict[str, bytes], tmp_path: Path
) -> None:
    synthesize(tmp_path, *COMMAND, JSII_NODE=node(major))
    assert len(usual) > 5 * len(ENVS)
    assert files(tmp_path) == usual


@pytest.mark.nodes
def test_so_does_all_of_the_provider_package_by_jsiis_own_way_to_node(
    usual: dict[str, bytes], tmp_path: Path
) -> None:
    out, runtime = tmp_path / "out", tmp_path / "runtime"
    runtime.mkdir()
    own_way = {"JSII_NODE": node(24) if HERE else "node", "JSII_RUNTIME": str(unpacked(runtime))}
    *_, types = synthesize(out, "-c", AS_IT_COMES, **own_way)
    assert int(types) == ALL_TYPES
    assert files(out) == usual
