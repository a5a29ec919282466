"""Gives Node only those types of the provider package that this project uses.

The package describes its 23,285 types in an assembly, 120 MB of JSON that Node parses before the
first resource can be made. `modules/` uses a few hundred of them. So the first synthesis writes a
tarball that describes only the submodules which `modules/` names, and later runs load that. The
classes in it are the package's own, so the JSON is the same to the byte.

Nothing depends on the cut: if it cannot be made, kept or loaded, the package's own assembly is
loaded as always. Cuts are kept in the user's cache, or in `.strata` if that cannot be written.
The name of each has the digest of its content, so that an incomplete file is never used.
"""

import hashlib
import json
import os
import re
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modules.tarball import packed
from strata.documents import Json
from strata.machine.folders import work_folder

FORMAT = "2"
"""Raised when `cut` writes something else from the same package."""

PATIENCE = 120
"""Seconds to wait for another process that is making the same cut: many times what it takes."""

KEPT = 16
"""Cuts that stay in a folder: enough for a branch and its neighbours, not for every old branch."""

TYPES = b'\n  "types": {'
TYPE = re.compile(rb'\n    "([^"]+)": ')
END = re.compile(rb"\n  }")
"""How the types begin, each of them, and their end, in an assembly as jsii writes it."""

MAP = re.compile(rb"\n//# sourceMappingURL=data:[^\n]*\s*\Z")
"""What jsii's compiler ends each script with: the way back to TypeScript, seven tenths of it, which
Node reads each time and has no use for."""


class Misfit(Exception):
    """The package is not built as `cut` expects."""


@dataclass(frozen=True)
class Package:
    """A package of jsii bindings: its import name, its folder, its assembly's name and tarball."""

    module: str
    folder: Path
    name: str
    version: str
    tarball: Path

    def fingerprint(self) -> str:
        """Distinguishes this tarball from any other, without reading its 34 MB."""
        stat = self.tarball.stat()
        parts = [self.name, self.version, str(stat.st_size), str(stat.st_mtime_ns)]
        # The installer records the digest of every file (PyPA, "Recording installed projects").
        for record in self.folder.parent.glob(f"{self.module}-*.dist-info/RECORD"):
            text = record.read_text(encoding="utf-8")
            match = re.search(rf"{re.escape(self.tarball.name)},(sha256=[^,]+),", text)
            parts.append(match.group(1) if match else "")
        return "\n".join(parts)


def locate(module: str, folder: Path) -> Package:
    """The package with its Python modules in `folder`; raises Misfit if it names no tarball."""
    source = (folder / "_jsii" / "__init__.py").read_text(encoding="utf-8")
    match = re.search(r'"([^"\s]+)", "([^"\s]+)", __name__\[0:-6\], "([^"\s]+\.tgz)"', source)
    if match is None:
        raise Misfit(f"{folder}/_jsii names no assembly")
    name, version, tarball = match.groups()
    return Package(module, folder, name, version, folder / "_jsii" / tarball)


def named(module: str, folder: Path, sources: Path) -> frozenset[str]:
    """The submodules of `module`, which is in `folder`, that the files below `sources` name."""
    direct = re.compile(rf"\b{module}\.(\w+)")
    listed = re.compile(rf"\bfrom\s+{module}\s+import\s+(\([^)]*\)|[^\n]*)")
    names: set[str] = set()
    for file in sources.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        names.update(direct.findall(text))
        for imports in listed.findall(text):
            names.update(re.findall(r"\w+", imports))
    return frozenset(name for name in names if (folder / name / "__init__.py").is_file())


def cut(package: Package, submodules: Iterable[str]) -> bytes:
    """A tarball of `package` with these submodules (Python names) and what their types need."""
    with tarfile.open(package.tarball, "r:gz") as archive:
        return _cut(package, archive, submodules)


def _cut(package: Package, archive: tarfile.TarFile, submodules: Iterable[str]) -> bytes:
    assembly, texts = _read(package, _member(package, archive, "package/.jsii"))
    wanted = {_jsii_name(package, submodule) for submodule in submodules}
    types = _closure(package, texts, wanted)
    used = {type_["namespace"] for type_ in types.values()}
    folders = {name: _folder(assembly["submodules"][f"{package.name}.{name}"]) for name in used}
    lean = {
        **assembly,
        "readme": {"markdown": ""},
        "submodules": {
            fqn: {"symbolId": submodule["symbolId"]}
            for fqn, submodule in assembly["submodules"].items()
            if fqn.removeprefix(f"{package.name}.") in used
        },
        "types": types,
    }
    index = "".join(f'exports.{name} = require("./{folders[name]}");\n' for name in sorted(used))
    files = {
        "package/.jsii": json.dumps(_without_docs(lean)).encode(),
        "package/lib/index.js": f'"use strict";\n{index}'.encode(),
        **_scripts(package, archive, set(folders.values())),
    }
    return packed(files)


def _member(package: Package, archive: tarfile.TarFile, name: str) -> bytes:
    for member in archive:
        file = archive.extractfile(member) if member.name == name else None
        if file is not None:
            return file.read()
    raise Misfit(f"{package.tarball} has no {name}")


def _read(package: Package, assembly: bytes) -> tuple[Json, dict[str, bytes]]:
    """What `assembly` says beside its types, and the text of each type by its full name.

    It is taken apart at its indentation: to parse all types takes five times as long.
    """
    first = assembly.find(TYPES)
    last = END.search(assembly, max(first, 0))
    if first < 0 or last is None:
        raise Misfit(f"the assembly of {package.name} is not indented as jsii indents it")
    start, end = first + len(TYPES), last.start()
    found = list(TYPE.finditer(assembly, start, end))
    # Before the next of them is a comma.
    ends = [*(one.start() - 1 for one in found[1:]), end]
    return (
        json.loads(assembly[:start] + assembly[end:]),
        {
            one.group(1).decode(): assembly[one.end() : its_end]
            for one, its_end in zip(found, ends, strict=True)
        },
    )


def _jsii_name(package: Package, submodule: str) -> str:
    source = (package.folder / submodule / "__init__.py").read_text(encoding="utf-8")
    match = re.search(rf'jsii_type="{re.escape(package.name)}\.(\w+)\.', source)
    if match is None:
        raise Misfit(f"{submodule} of {package.module} declares no type")
    return match.group(1)


def _closure(package: Package, texts: dict[str, bytes], wanted: set[str]) -> Json:
    """The types of the submodules `wanted`, and of all submodules that their types refer to."""
    own: dict[str, list[str]] = {}
    for fqn in texts:
        own.setdefault(_submodule(package, fqn), []).append(fqn)
    types: Json = {}
    ahead = list(wanted)
    taken = set(ahead)
    while ahead:
        submodule = ahead.pop()
        if submodule not in own:
            raise Misfit(f"{package.name} has no types in {submodule}")
        found = {fqn: json.loads(texts[fqn]) for fqn in own[submodule]}
        if any(type_.get("namespace") != submodule for type_ in found.values()):
            raise Misfit(f"{package.name} has types of another submodule in {submodule}")
        types.update(found)
        others = {_submodule(package, fqn) for fqn in _strings(found) if fqn in texts} - taken
        taken |= others
        ahead += others
    return {fqn: types[fqn] for fqn in texts if fqn in types}


def _submodule(package: Package, fqn: str) -> str:
    return fqn.removeprefix(f"{package.name}.").rpartition(".")[0]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)


def _folder(submodule: Json) -> str:
    match = re.fullmatch(r"src/([\w-]+)/index:", submodule["symbolId"])
    if match is None:
        raise Misfit(f"a submodule lies in {submodule['symbolId']}")
    return match.group(1)


def _without_docs(value: Any) -> Any:
    """`value` without the parts that only people and compilers read."""
    if isinstance(value, dict):
        return {
            key: _without_docs(part)
            for key, part in value.items()
            if key not in ("docs", "locationInModule")
        }
    if isinstance(value, list):
        return [_without_docs(part) for part in value]
    return value


def _scripts(package: Package, archive: tarfile.TarFile, folders: set[str]) -> dict[str, bytes]:
    """The JavaScript below these folders of `lib/`, and the package's own description."""
    files: dict[str, bytes] = {}
    for member in archive:
        parts = member.name.split("/")
        script = parts[:2] == ["package", "lib"] and len(parts) > 3 and parts[2] in folders
        if member.name == "package/package.json" or (script and member.name.endswith(".js")):
            file = archive.extractfile(member)
            files[member.name] = MAP.sub(b"", file.read()) if file else b""
    if any(b'require("../' in text for text in files.values()):
        raise Misfit(f"a script of {package.name} needs one of another submodule")
    return files


def places() -> list[Path]:
    """Folders to keep cuts in, the preferred folder first."""
    folders = [work_folder() / "assemblies"]
    # Without a home folder `~` stays as it is.
    cache = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))  # noqa: PTH111
    if cache.is_absolute():
        folders.insert(0, cache / "strata" / "assemblies")
    return folders


def provide(package: Package, submodules: frozenset[str], folders: Sequence[Path]) -> Path | None:
    """The cut of `package` to `submodules`, made now if it is missing; None if it cannot be kept.

    It is kept in the first of `folders` that can be written.
    """
    text = "\n".join([FORMAT, package.fingerprint(), *sorted(submodules)])
    key = hashlib.sha256(text.encode()).hexdigest()[:32]
    for folder in folders:
        kept = _kept(folder, key)
        if kept is not None:
            return kept
    return _make(package, submodules, folders, key)


def _make(
    package: Package, submodules: frozenset[str], folders: Sequence[Path], key: str
) -> Path | None:
    from filelock import FileLock  # noqa: PLC0415 - takes longer than to find an existing cut

    content: bytes | None = None
    for folder in folders:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with FileLock(folder / "lock", timeout=PATIENCE):
                kept = _kept(folder, key)
                if kept is not None:
                    return kept
                _tidy(folder)
                content = content or cut(package, submodules)
                return _keep(folder, key, content)
        except OSError:
            continue
    return None


def _kept(folder: Path, key: str) -> Path | None:
    """The cut of this key in `folder`, if its content has the digest in its name."""
    try:
        for file in folder.glob(f"{key}-*.tgz"):
            if file.name == _name(key, file.read_bytes()):
                return file
    except OSError:
        pass
    return None


def _keep(folder: Path, key: str, content: bytes) -> Path:
    handle, part = tempfile.mkstemp(dir=folder, prefix="part-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        return Path(part).replace(folder / _name(key, content))
    except OSError:
        Path(part).unlink(missing_ok=True)
        raise


def _name(key: str, content: bytes) -> str:
    return f"{key}-{hashlib.sha256(content).hexdigest()[:32]}.tgz"


def _tidy(folder: Path) -> None:
    """Delete old cuts, and the files of processes that were killed while writing.

    Only the holder of the lock of `folder` may call it: no other process writes there then.
    """
    cuts = sorted(folder.glob("*.tgz"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in [*folder.glob("part-*"), *cuts[KEPT:]]:
        file.unlink(missing_ok=True)
