"""The project's folder, and the folders that Strata writes to.

The project is found as git finds a repository: the folder that `--project` names, or else the
nearest project folder upwards from the current folder. The search begins only when a folder is
needed, so that help, completion and `strata schema` work anywhere.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

from strata.errors import UsageError

MARKS = ("cdktf.json", "main.py", "envs", "modules", "policies")
"""The files and folders of a project's folder."""

OF_THE_PROJECT = ("modules", "policies")
"""The packages that belong to the project and not to Strata's own installation."""


@dataclass(frozen=True)
class Folders:
    """The project's folder, and the two folders that Strata writes to; git ignores both.

    `synthesized` is for the synthesized JSON, `work` for everything else that a run makes. Both are
    safe to delete. `named` is what `--project` named the project by, if it did.
    """

    project: Path
    work: Path
    synthesized: Path
    named: str = ""

    @classmethod
    def of(cls, project: Path, named: str = "") -> "Folders":
        """The usual folders of a project."""
        return cls(project, project / ".strata", project / "cdktf.out", named)


class _Chosen:
    folders: Folders | None = None


CHOSEN = _Chosen()
"""The folders of this process; none until they are asked for."""


def use(folders: Folders) -> None:
    """Work in these folders from now on."""
    CHOSEN.folders = folders


def use_project(folder: Path) -> None:
    """Work in the project in this folder; raises UsageError when there is no project in it."""
    if not folder.is_dir():
        raise UsageError(f"--project {folder}: there is no such folder", HINT)
    missing = [mark for mark in MARKS if not (folder / mark).exists()]
    if missing:
        raise UsageError(
            f"--project {folder} is not the folder of a project: it has no {missing[0]}", HINT
        )
    use(Folders.of(folder.resolve(), str(folder)))


def project_option() -> list[str]:
    """`--project DIR`, for a command that is printed, where this process was given it."""
    named = CHOSEN.folders.named if CHOSEN.folders else ""
    return ["--project", named] if named else []


def folders() -> Folders:
    """The folders of this process; raises UsageError where there is no project."""
    if CHOSEN.folders is None:
        start = Path.cwd()
        folder = find(start)
        if folder is None:
            raise UsageError(f"there is no project in {start}, nor in any folder above it", HINT)
        use(Folders.of(folder))
        return Folders.of(folder)
    return CHOSEN.folders


HINT = f"a project has {', '.join(MARKS)}; go to its folder, or name it with --project DIR"


def find(start: Path) -> Path | None:
    """The nearest folder from `start` upwards that holds a project."""
    for folder in (start, *start.parents):
        if all((folder / mark).exists() for mark in MARKS):
            return folder
    return None


def project() -> Path:
    """The project's folder; raises UsageError where there is none."""
    return folders().project


def work_folder() -> Path:
    """The folder for everything that a run makes, `.strata` in the project."""
    return folders().work


def synthesized_folder() -> Path:
    """The folder for the JSON that is applied, `cdktf.out` in the project."""
    return folders().synthesized


class _PackagesOfTheProject(MetaPathFinder):
    """Imports `modules` and `policies` from the project that Strata works on, and nowhere else.

    Strata is installed once and works on many projects, and an editable installation has its own
    project on the path.
    """

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - what importlib hands over
        target: object = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """The package, if it belongs to the project; raises UsageError without a project."""
        if fullname not in OF_THE_PROJECT:
            return None
        return PathFinder.find_spec(fullname, [str(project())])


sys.meta_path.insert(0, _PackagesOfTheProject())
