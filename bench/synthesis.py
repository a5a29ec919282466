"""The synthesis beside its peer, the commands beside an earlier build: `python -m bench.synthesis`.

The peer is a Node program (`bench/peer/`) that makes the calls of `main.py` of the same classes in
one process; what both write must be the same to the byte. An environment with every section is
held against `local`, by resource. Each figure is the least of five runs in turns, after one that is
not counted. Exit code 1 where a target is missed or the JSON differs.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import ROOT
from bench.sides import Program, before, in_turns, row, strata
from strata.documents.stacks import stack

PEER = ROOT / "bench" / "peer"
FOUR = ("local", "dev", "staging", "prod")


def files(out: Path) -> dict[str, bytes]:
    """Every JSON below `out`, by its path."""
    return {str(p.relative_to(out)): p.read_bytes() for p in sorted(out.rglob("*.json"))}


def beside_the_peer(folder: Path) -> bool:
    """`main.py` for four environments; whether it wrote the same and is within its ratio."""
    ours, theirs = folder / "ours", folder / "theirs"
    for one in (ours, theirs):
        one.mkdir()
    path = {"PYTHONPATH": str(ROOT)}
    calls = folder / "calls.json"
    subprocess.run(
        [sys.executable, "-m", "bench.record", calls],
        cwd=ours,
        env={**os.environ, **path},
        check=True,
    )
    python, peer = in_turns(
        Program([sys.executable, str(ROOT / "main.py")], ours, path),
        Program(["node", str(PEER / "replay.js"), str(calls)], theirs, {}),
    )
    same = files(ours / "cdktf.out") == files(theirs / "cdktf.out")
    print(f"the JSON of main.py and its peer is {'the same' if same else 'DIFFERENT'}")
    within = row("main.py, four environments, and the peer", python.clock, peer.clock, 4.0)
    row("  processor time of both", python.processor, peer.processor, 4.0)
    row("  memory of their largest process", python.memory, peer.memory, 4.0, "MiB")
    return same and within


def beside_the_build_before(folder: Path) -> bool:
    """Commands beside the same ones of the earlier build; whether all are within their ratios."""
    build = before(folder)
    targets = [
        ("strata --help", ("--help",), 0.5),
        ("strata synth local", ("synth", "local", "--out", str(folder / "out")), 0.4),
        ("strata gate, four environments", ("gate", *FOUR), 0.65),
    ]
    within = True
    for name, arguments, most in targets:
        now, then = in_turns(strata(ROOT, *arguments), strata(build, *arguments))
        within &= row(name, now.clock, then.clock, most)
        row("  processor time", now.processor, then.processor, most)
        if "synth" in arguments:
            within &= row("  memory", now.memory, then.memory, 0.3, "MiB")
    return within


def resources(out: Path, env: str) -> int:
    """How many resources the synthesis of an environment wrote to `out`, all layers together."""
    document = json.loads((out / "composed" / env / "cdk.tf.json").read_text(encoding="utf-8"))
    return len(stack(document).resources)


def everything_beside_local(folder: Path) -> bool:
    """Processor time of each resource of the environment with every section, beside `local`'s.

    Of the whole command: what it takes to begin is shared by the resources, so that more of them
    should each cost less.
    """
    full, local = folder / "full", folder / "local"
    ours, theirs = in_turns(
        strata(ROOT, "-q", "synth", str(ROOT / "examples" / "full.toml"), "--out", str(full)),
        strata(ROOT, "-q", "synth", "local", "--out", str(local)),
    )
    counts = resources(full, "full"), resources(local, "local")
    return row(
        f"synth of full ({counts[0]}), local ({counts[1]}), each resource",
        ours.processor / counts[0] * 1000,
        theirs.processor / counts[1] * 1000,
        1.3,
        "ms",
    )


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        kept = [
            beside_the_peer(Path(folder)),
            beside_the_build_before(Path(folder)),
            everything_beside_local(Path(folder)),
        ]
    sys.exit(0 if all(kept) else 1)


if __name__ == "__main__":
    main()
