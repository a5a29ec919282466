"""Loads only those parts of the provider package that a stack uses, in Python and in Node.

The package's root imports every resource class of AWS, more than two thousand, before the first can
be used. A module of the same name with the same search path, put in its place beforehand, lets
Python find `cdktf_cdktf_provider_aws.vpc` without running the root. Node gets an assembly that is
cut to the same parts (`cut_assembly`). The classes are the package's own, so the JSON is the same
to the byte.
"""

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from pathlib import Path
from types import ModuleType
from typing import cast

from modules import cut_assembly, load_ahead

PACKAGE = "cdktf_cdktf_provider_aws"
NEEDED = ("constructs._jsii", "cdktf._jsii")
"""The modules that Node must have loaded before the package, in this order."""
OWN = "modules.environment_stack"
"""The module with an assembly of this project's own."""
MODULES = Path(__file__).resolve().parent


def install() -> None:
    """Put the light root in place; does nothing when the package is already loaded."""
    if PACKAGE in sys.modules:
        return
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.submodule_search_locations is None:
        raise ModuleNotFoundError(f"{PACKAGE} is not installed; run `make setup`")
    root = ModuleType(PACKAGE)
    root.__path__ = list(spec.submodule_search_locations)
    root.__spec__ = spec
    sys.modules[PACKAGE] = root
    sys.meta_path.insert(0, _Watch(Path(root.__path__[0])))


class _Watch(MetaPathFinder):
    """Gives Node the cut assembly just before the package would give it the whole assembly.

    Finds no module itself, but sees which submodules are imported. When a file outside `modules/`
    imports a submodule that the cut lacks, Node gets the whole assembly after all.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._named: frozenset[str] | None = None
        self._whole = False
        self._cut: cut_assembly.Package | None = None

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - as importlib calls it
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> None:
        """Never finds a module, see the class."""
        package, _, submodule = fullname.partition(".")
        if package != PACKAGE or "." in submodule or self._whole:
            return
        if submodule == "_jsii":
            self._load()
        elif submodule not in self._names():
            self._give_up(submodule)

    def _names(self) -> frozenset[str]:
        if self._named is None:
            self._named = cut_assembly.named(PACKAGE, self._folder, MODULES)
        return self._named

    def _load(self) -> None:
        from jsii._runtime import kernel  # noqa: PLC0415

        for module in NEEDED:
            importlib.import_module(module)
        try:
            package = cut_assembly.locate(PACKAGE, self._folder)
            tarball = cut_assembly.provide(package, self._names(), cut_assembly.places())
        except Exception:  # noqa: BLE001 - after any error the whole assembly can be used
            tarball = None
        if tarball is None:
            self._whole = True
            return
        self._cut = package
        # Node keeps the first assembly of a name and version, so that the package's own call that
        # follows gets this assembly.
        load_ahead.load_or(self._load_whole, kernel, package.name, package.version, str(tarball))

    def _give_up(self, submodule: str) -> None:
        self._whole = True
        if self._cut is None:
            return
        from jsii import _reference_map  # noqa: PLC0415

        if _reference_map._refs._refs:
            raise ImportError(
                f"{PACKAGE}.{submodule} is named in no file of modules/, and the first construct "
                "exists already; import it at the head of a file"
            )
        self._load_whole()

    def _load_whole(self) -> None:
        from jsii._runtime import kernel  # noqa: PLC0415

        self._whole = True
        _start_anew()
        if self._cut is not None:
            kernel.load(self._cut.name, self._cut.version, str(self._cut.tarball))


def _start_anew() -> None:
    """Start a new Node process and load the modules that the provider package needs."""
    from jsii._kernel.providers import ProcessProvider  # noqa: PLC0415
    from jsii._runtime import JSIIAssembly, kernel  # noqa: PLC0415

    process = cast(ProcessProvider, kernel.provider)._process
    process.stop()
    process.start()
    for module in NEEDED:
        loaded = importlib.import_module(module).__jsii_assembly__
        JSIIAssembly.load(loaded.name, loaded.version, loaded.module, loaded.filename)
    if OWN in sys.modules:
        sys.modules[OWN].load()
