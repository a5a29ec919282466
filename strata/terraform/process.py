"""Runs Terraform in the folder of a stack."""

import json
import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from strata.errors import StrataError


@dataclass(frozen=True)
class Terraform:
    """Terraform with the environment variables it runs in; logs go to `logs/<stack>.log`."""

    executable: Path
    environment: dict[str, str] = field(repr=False)
    logs: Path

    def init(self, folder: Path) -> None:
        """Make the folder ready; the provider is pinned by the JSON."""
        self._run(folder, "init", "-reconfigure")

    def changes(self, folder: Path) -> bool:
        """Whether a plan of the folder has changes."""
        return self._run(folder, "plan", "-detailed-exitcode", accept=(0, 2)) == 2

    def plan(self, folder: Path, file: Path, *options: str) -> None:
        """Plan the folder into `file`, which may hold secrets and belongs into a private place."""
        self._run(folder, "plan", f"-out={file}", *options)

    def show(self, folder: Path, file: Path) -> dict[str, Any]:
        """A saved plan as JSON, sensitive values and all; nothing of it is logged."""
        return dict(json.loads(self._answer(folder, "show", "-json", str(file))))

    def apply(self, folder: Path) -> None:
        """Apply the folder without asking."""
        self._run(folder, "apply", "-auto-approve")

    def destroy(self, folder: Path) -> None:
        """Destroy what the folder's state holds, without asking."""
        self._run(folder, "destroy", "-auto-approve")

    def resources(self, folder: Path) -> list[str]:
        """The addresses in the folder's state."""
        text = self._answer(folder, "state", "list")
        return [line for line in text.splitlines() if line and not line.startswith("data.")]

    def outputs(self, folder: Path) -> dict[str, Any]:
        """Output -> value."""
        answer = json.loads(self._answer(folder, "output", "-json"))
        return {name: output["value"] for name, output in answer.items()}

    def shown(self, plan: Path) -> str:
        """A plan that was saved in an initialised folder, as JSON."""
        return self._answer(plan.parent, "show", "-json", plan.name)

    def _run(self, folder: Path, *arguments: str, accept: tuple[int, ...] = (0,)) -> int:
        self.logs.mkdir(parents=True, exist_ok=True)
        log = self.logs / f"{folder.name}.log"
        with log.open("a") as out:
            start = out.tell()
            out.write(f"\n$ terraform {' '.join(arguments)}\n")
            out.flush()
            code = subprocess.run(
                [self.executable, *arguments, "-input=false", "-no-color"],
                cwd=folder,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                check=False,
            ).returncode
        if code not in accept:
            raise StrataError(error_text(log.read_text()[start:]), f"all of it: {log}")
        return code

    def _answer(self, folder: Path, *arguments: str) -> str:
        answer = subprocess.run(
            [self.executable, *arguments],
            cwd=folder,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode and "No state file was found" not in answer.stderr:
            raise StrataError(error_text(answer.stderr))
        return answer.stdout


def error_text(log: str) -> str:
    """Terraform's own errors in a log, without the frame; the log's end when it names none."""
    plain = re.sub(r"^[│╷╵] ?", "", log, flags=re.MULTILINE)
    errors = re.findall(r"^Error: .*?(?=^(?:Error|Warning): |\Z)", plain, re.MULTILINE | re.DOTALL)
    return "\n".join(e.strip() for e in errors) or "\n".join(plain.strip().splitlines()[-5:])
