"""Synthesis with the light provider import beside the ordinary one: `python -m bench.synthesis`.

Prints seconds and ratios; each figure is the least of three runs, each in a process of its own.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from strata.paths import ROOT

RUNS = 3

PROGRAM = """
import os, sys
os.environ["JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION"] = "20"
if sys.argv[1] == "ordinary":
    import cdktf_cdktf_provider_aws
from pathlib import Path
from strata.settings import load_each
from strata.synthesis import synthesize
synthesize(load_each(sys.argv[3:]), Path(sys.argv[2]), composed=False)
"""


def synthesize(how: str, out: Path, *envs: str) -> float:
    """Seconds that a synthesis of `envs` into `out` takes."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", PROGRAM, how, str(out), *envs], cwd=ROOT, check=True)
    return time.perf_counter() - start


def files(out: Path) -> dict[str, bytes]:
    """Every JSON below `out`, by its path."""
    return {str(p.relative_to(out)): p.read_bytes() for p in sorted(out.rglob("*.json"))}


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        ordinary = min(synthesize("ordinary", out / "ordinary", "local") for _ in range(RUNS))
        light = min(synthesize("light", out / "light", "local") for _ in range(RUNS))
        four = min(
            synthesize("light", out / "four", "local", "dev", "staging", "prod")
            for _ in range(RUNS)
        )
        same = files(out / "ordinary") == files(out / "light")
    print(f"one environment, ordinary import  {ordinary:6.2f} s")
    print(f"one environment, light import     {light:6.2f} s   ratio {light / ordinary:.2f}")
    print(f"four environments in one go       {four:6.2f} s   of one {four / light:.2f}")
    print(f"the JSON is {'identical' if same else 'DIFFERENT'}")
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
