"""The gate on four environments beside four runs of the checkov command: `python -m bench.gate`.

Both judge the same composed stacks with the same checks, each run in a process of its own; each
figure is the least of three runs. Exit code 1 when the gate takes more than 0.4 of the command.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench import ROOT
from strata.settings import load_each
from strata.synthesis.synthesize import synthesize

RUNS = 3
MOST = 0.4
ENVIRONMENTS = ("local", "dev", "staging", "prod")
CHECKOV = Path(sys.executable).with_name("checkov")


def seconds(*commands: list[str]) -> float:
    """The least time that the commands take, one after another."""
    found = []
    for _ in range(RUNS):
        start = time.perf_counter()
        for command in commands:
            subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        found.append(time.perf_counter() - start)
    return min(found)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        synthesize(load_each(ENVIRONMENTS), Path(folder))
        gate = seconds([sys.executable, "-m", "strata", "gate", "--synthesized", folder])
        command = seconds(
            *(
                [str(CHECKOV), "-d", f"{folder}/composed/{name}", "--config-file", ".checkov.yaml"]
                for name in ENVIRONMENTS
            )
        )
    ratio = gate / command
    print(f"checkov, four runs               {command:6.2f} s")
    print(f"strata gate, four environments   {gate:6.2f} s   ratio {ratio:.2f}, at most {MOST}")
    sys.exit(0 if ratio <= MOST else 1)


if __name__ == "__main__":
    main()
