"""What the build adds to the package: the git commit that it is built from."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CommitHook(BuildHookInterface[Any]):
    """Writes `strata/commit.txt` into the wheel and the source archive."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Have the file included; an editable installation asks git each time."""
        root = Path(self.root)
        sys.path.insert(0, self.root)
        from strata.machine.version import COMMIT, commit  # noqa: PLC0415 - its path is ours

        found = commit(root / "strata")
        if version == "editable" or not found:
            return
        self.folder = tempfile.TemporaryDirectory()
        file = Path(self.folder.name, COMMIT)
        file.write_text(f"{found}\n", encoding="utf-8")
        build_data["force_include"][str(file)] = f"strata/{COMMIT}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Take the file away again."""
        if folder := getattr(self, "folder", None):
            folder.cleanup()
