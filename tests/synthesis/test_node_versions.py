"""Every version of Node that the README names writes the same JSON, without a banner.

So does the provider package's own assembly, which the cut stands for (test_cut_assembly.py).
"""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from tests import ROOT

NODES = ROOT / "tests" / "nodes" / "node_modules"
WITHOUT_CUT = """
import sys
from modules import cut_assembly
def provide(*_):
    print("no cut", file=sys.stderr)
cut_assembly.provide = provide
from strata.cli import main
sys.exit(main())
"""
"""The command, with the provider package's own assembly."""
ENVS = ("local", "dev", "staging", "prod", "tests/as-blogged.toml")


def files(out: Path) -> dict[str, bytes]:
    return {str(p.relative_to(out)): p.read_bytes() for p in sorted(out.rglob("*.json"))}


def synthesize(out: Path, node: str, *program: str) -> str:
    """Synthesize with this Node; what was said on the way."""
    program = program or ("-m", "strata")
    done = subprocess.run(
        [sys.executable, *program, "-q", "synth", *ENVS, "--out", str(out)],
        cwd=ROOT,
        env={**os.environ, "JSII_NODE": node},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stderr


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The JSON of the Node on the PATH."""
    out = tmp_path_factory.mktemp("usual")
    assert synthesize(out, "node") == ""
    return files(out)


@pytest.mark.nodes
@pytest.mark.skipif(
    (platform.system(), platform.machine()) != ("Linux", "x86_64"),
    reason="tests/nodes has Node for Linux on x64",
)
@pytest.mark.parametrize(
    ("major", "program", "said"),
    [(22, (), ""), (24, (), ""), (24, ("-c", WITHOUT_CUT), "no cut\n")],
    ids=["22", "24", "24 without the cut"],
)
def test_another_node_writes_the_same_bytes(
    major: int, program: tuple[str, ...], said: str, usual: dict[str, bytes], tmp_path: Path
) -> None:
    node = NODES / f"node{major}-linux-x64" / "bin" / "node"
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
    assert version.stdout.startswith(f"v{major}.")
    assert synthesize(tmp_path, str(node), *program) == said
    assert len(usual) > 5 * len(ENVS)
    assert files(tmp_path) == usual
