"""The assembly that Node is given in place of the provider package's own."""

import gzip
import io
import json
import os
import resource
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from modules import cut_assembly, light_provider
from modules.cut_assembly import Package
from modules.tarball import packed
from tests import ROOT
from tests.synthesis.as_it_comes import ALL_TYPES, DEFINE_TYPES
from tests.synthesis.edited import Edit, edited
from tests.synthesis.existing import write_existing

SMALL_TYPES = 2


def cuts(cache: Path) -> set[Path]:
    return set(cache.rglob("*.tgz"))


def locate_aws() -> Package:
    return cut_assembly.locate(light_provider.PACKAGE, bindings())


def bindings() -> Path:
    """The folder of the provider package."""
    return Path(sys.modules[light_provider.PACKAGE].__path__[0])


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project that imports a submodule which this one does not."""
    name = '        self._names = Names(settings, "registry")\n'
    use = '        things.IotThing(self, "jobs", name="jobs")\n'
    old = "from constructs import Construct\n"
    new = "from cdktf_cdktf_provider_aws import iot_thing as things\n"
    file = "modules/registry.py"
    edits = [Edit(file, old, old + new), Edit(file, name, name + use)]
    return edited(tmp_path_factory.mktemp("copy") / "project", edits).root


@pytest.fixture(scope="module")
def existing(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_existing(tmp_path_factory.mktemp("settings"))


FULL = str(ROOT / "examples" / "full.toml")
"""With `existing` it has every resource that the modules can make."""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Has a file in place of the cut for the modules as they are, which no Node could load."""
    folder = tmp_path_factory.mktemp("cache")
    package = locate_aws()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        patch.setattr(cut_assembly, "cut", lambda *_: b"of another set of submodules")
        names = cut_assembly.named(package.module, package.folder, light_provider.MODULES)
        assert cut_assembly.provide(package, names, cut_assembly.places()[:1]) is not None
    assert len(cuts(folder)) == 1
    return folder


AWS = "@cdktf/provider-aws"
CDKTF = "cdktf"


def small() -> bytes:
    """An assembly of the provider package that has but one of its resources."""
    policy = f"{AWS}.iotPolicy.IotPolicy"
    scope_id_config = (
        {"fqn": "constructs.Construct"},
        {"primitive": "string"},
        {"fqn": f"{policy}Config"},
    )
    parameters = [{"name": str(n), "type": one} for n, one in enumerate(scope_id_config)]
    types: list[dict[str, Any]] = [
        {
            "fqn": policy,
            "kind": "class",
            "base": f"{CDKTF}.TerraformResource",
            "initializer": {"parameters": parameters},
        },
        {
            "fqn": f"{policy}Config",
            "kind": "interface",
            "datatype": True,
            "interfaces": [f"{CDKTF}.TerraformMetaArguments"],
        },
    ]
    assert len(types) == SMALL_TYPES
    package = locate_aws()
    described = {"name": AWS, "version": package.version}
    assembly = {
        **described,
        "schema": "jsii/0.10.0",
        "jsiiVersion": "5.7.17",
        "dependencies": {CDKTF: "^0.21.0"},
        "targets": {"js": {"npm": AWS}},
        "types": {one["fqn"]: {**one, "assembly": AWS, "name": "-"} for one in types},
    }
    script = (
        f'const {{ TerraformResource }} = require("{CDKTF}");'
        "exports.iotPolicy = { IotPolicy: class extends TerraformResource {} };"
    )
    files = {
        ".jsii": json.dumps(assembly),
        "package.json": json.dumps({**described, "main": "index.js"}),
        "index.js": script,
    }
    return packed({f"package/{name}": text.encode() for name, text in files.items()})


UNLOADABLE = {
    "empty": b"",
    "no archive": b"not an archive",
    "no tar": gzip.compress(b"not a tar", mtime=0),
}
"""Cuts that Node cannot load."""

IN_TURN = """
import gc, importlib, json, os, sys
gc.disable()  # it would be a fifth of this
from pathlib import Path

from strata.machine.folders import Folders, use
use(Folders(Path.cwd(), Path("/dev/null/none"), Path.cwd() / "cdktf.out"))

from modules import cut_assembly, light_provider
cuts, cut = [], cut_assembly.cut


def noted(*arguments):
    cuts.append(cut(*arguments))
    return cuts[-1]


cut_assembly.cut = noted
from cdktf import App
from jsii import _reference_map
from jsii._runtime import kernel
from modules.environment import EnvironmentStack
from strata.settings import load_each
from strata.synthesis.synthesize import synthesize

told = json.loads(sys.argv.pop())
folder, small = Path(told["bindings"]), told["small"]
package, load = cut_assembly.locate(light_provider.PACKAGE, folder), kernel.load
settings = {file: one for file, one in zip(told["files"], load_each(told["files"]))}


def start_bare():
    # Node cannot unpack the cut, before it asks for what the package needs.
    process = kernel.provider._process
    process.stop()
    process.start()


def forget_objects():
    # They ended with the Node before.
    _reference_map._refs._refs.clear()


def import_again(start):
    asked.clear()
    start()
    forget_objects()
    [place] = [n for n, f in enumerate(sys.meta_path) if isinstance(f, light_provider._Watch)]
    sys.meta_path[place] = light_provider._Watch(folder)
    name = light_provider.PACKAGE + "._jsii"
    del sys.modules[name]
    importlib.import_module(name)


def load_small(name, version, tarball):
    # In place of the package's own assembly, which takes Node some seconds.
    load(name, version, small if Path(tarball) == package.tarball else tarball)
    if name == package.name:
        asked.append(tarball)


def print_loaded():
    print(json.dumps({"types": types(), "asked": asked}))


def print_written(out, *files):
    synthesize([settings[file] for file in files], Path(out), composed=False)
    print(json.dumps({"types": types(), "cuts": len(cuts)}))


asked = []
print_written(told["made"], told["files"][0])
try:
    import cdktf_cdktf_provider_aws.iot_policy
except ImportError as error:
    print(json.dumps(str(error)))
kernel.load = load_small
import_again(light_provider._start_anew)
print_written(told["found"], told["files"][1])
forget_objects()
from cdktf_cdktf_provider_aws.iot_policy import IotPolicy
IotPolicy(EnvironmentStack(App(), "one"), "jobs", name="jobs", policy="{}")
print_loaded()
os.environ["XDG_CACHE_HOME"] = "/dev/null"
import_again(light_provider._start_anew)
print_loaded()
for bad in told["unloadable"]:
    cut_assembly.provide = lambda *_: bad
    import_again(start_bare)
    print_loaded()
"""
"""Synthesizes and loads the provider package again and again, and prints what came of each.

In one process, where each would import CDKTF and the modules, but with a Node of its own each."""


@dataclass(frozen=True)
class Written:
    """A synthesis: where it is, how many types Node had, and how many cuts were made by then."""

    out: Path
    types: int
    cuts: int


@dataclass(frozen=True)
class Loaded:
    """What Node was told to load as the provider package, and how many types it had of it then."""

    asked: list[str]
    types: int


@dataclass(frozen=True)
class Ran:
    """What came of `IN_TURN`.

    `made` is written with a cut that is made for it, then comes an import of a submodule that it
    lacks; `found` with the cut that was made before. Then the package is loaded again: where such
    an import comes early, where no cut can be kept, and with each cut of UNLOADABLE; `small` stands
    for the package's own assembly. That both give the same JSON to the byte, of all environments:
    tests/synthesis/test_node_versions.py.
    """

    made: Written
    said: str
    found: Written
    another_file: Loaded
    not_kept: Loaded
    unloadable: dict[str, Loaded]


@pytest.fixture(scope="module")
def ran(project: Path, existing: str, cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = tmp_path_factory.mktemp("ran")
    bad = {name: folder / f"{name}.tgz" for name in UNLOADABLE}
    for name, file in bad.items():
        file.write_bytes(UNLOADABLE[name])
    (folder / "small.tgz").write_bytes(small())
    out = {name: folder / name for name in ("made", "found")}
    told = {
        "bindings": bindings(),
        "files": [FULL, existing],
        "small": folder / "small.tgz",
        "unloadable": [*bad.values()],
        **out,
    }
    done = subprocess.run(
        [sys.executable, "-c", DEFINE_TYPES + IN_TURN, json.dumps(told, default=str)],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project), "XDG_CACHE_HOME": str(cache)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    made, said, found, another_file, not_kept, *unloadable = map(
        json.loads, done.stdout.splitlines()
    )

    loaded = dict(zip(UNLOADABLE, (Loaded(**one) for one in unloadable), strict=True))
    return Ran(
        Written(out["made"], **made), said, Written(out["found"], **found),
        Loaded(**another_file), Loaded(**not_kept), loaded,
    )  # fmt: skip


@pytest.fixture(scope="module")
def own() -> str:
    """The package's own assembly."""
    return str(locate_aws().tarball)


def test_node_gets_few_of_the_types(ran: Ran) -> None:
    assert max(ran.made.types, ran.found.types) < ALL_TYPES / 10


def test_a_cut_is_made_once(ran: Ran, cache: Path) -> None:
    assert (ran.made.cuts, ran.found.cuts) == (1, 1)
    assert len(cuts(cache)) == 2, "with that for the modules as they are"


def test_the_environments_it_is_shown_with_have_all_that_modules_imports(
    project: Path, ran: Ran
) -> None:
    used = set()
    for file in (f for one in (ran.made, ran.found) for f in one.out.rglob("cdk.tf.json")):
        document = json.loads(file.read_text())
        used |= {"provider"} & document.keys()
        used |= {name.removeprefix("aws_") for name in document["resource"]}
        used |= {f"data_{name}" for name in document.get("data", ())}
    names = cut_assembly.named(light_provider.PACKAGE, bindings(), project / "modules")
    assert len(names) > 60
    assert names - used == set()


def test_a_submodule_imported_anew_makes_a_new_cut(ran: Ran) -> None:
    stack = json.loads((ran.made.out / "stacks/full-registry/cdk.tf.json").read_text())
    assert stack["resource"]["aws_iot_thing"].keys() == {"registry_jobs"}


def test_an_import_that_comes_too_late_says_so(ran: Ran) -> None:
    assert "cdktf_cdktf_provider_aws.iot_policy" in ran.said
    assert "head of a file" in ran.said


def test_what_another_file_imports_is_there_too(ran: Ran, cache: Path, own: str) -> None:
    cut, *others = ran.another_file.asked
    assert Path(cut) in cuts(cache)
    # Once by the package itself, when Node has the cut, and once by a new Node.
    assert others == [own, own]
    assert ran.another_file.types == SMALL_TYPES


def test_where_no_cut_can_be_kept_the_own_assembly_is_loaded(ran: Ran, own: str) -> None:
    assert ran.not_kept == Loaded([own], SMALL_TYPES)


@pytest.mark.parametrize("name", UNLOADABLE)
def test_a_cut_that_node_cannot_load_is_passed_over(name: str, ran: Ran, own: str) -> None:
    bad, *others = ran.unloadable[name].asked
    assert Path(bad).name == f"{name}.tgz"
    assert others == [own, own]
    assert ran.unloadable[name].types == SMALL_TYPES


# What is kept, and where: with a package of three submodules, since a cut of AWS takes seconds.

NAME = "@cdktf/provider-toy"
VERSION = "1.0.0"


def type_(submodule: str, name: str, **more: Any) -> dict[str, Any]:
    fqn = f"{NAME}.{submodule}.{name}"
    return {"fqn": fqn, "kind": "class", "namespace": submodule, "docs": {"summary": "x"}, **more}


MAP = "//# sourceMappingURL=data:application/json;base64,e30="
SCRIPT = f"const text = `\n{MAP}\n`;"


@pytest.fixture
def package(tmp_path: Path) -> Package:
    """Bindings as jsii builds them: `blueBox` refers to `redBox`, `grayBox` to nothing."""
    types = [
        type_("blueBox", "BlueBox", initializer={"parameters": [{"fqn": f"{NAME}.redBox.RedBox"}]}),
        type_("redBox", "RedBox"),
        type_("grayBox", "GrayBox"),
    ]
    submodules = ("blue-box", "red-box", "gray-box")
    assembly = {
        "name": NAME,
        "version": VERSION,
        "schema": "jsii/0.10.0",
        "types": {one["fqn"]: one for one in types},
        "submodules": {
            f"{NAME}.{one['namespace']}": {"symbolId": f"src/{folder}/index:"}
            for one, folder in zip(types, submodules, strict=True)
        },
    }
    folder = tmp_path / "site-packages" / "toy_provider"
    for submodule, one in zip(submodules, types, strict=True):
        module = folder / submodule.replace("-", "_") / "__init__.py"
        module.parent.mkdir(parents=True)
        module.write_text(f'class Box(jsii_type="{one["fqn"]}"): ...\n')
    (folder / "_jsii").mkdir()
    (folder / "_jsii" / "__init__.py").write_text(
        f'jsii.JSIIAssembly.load(\n    "{NAME}", "{VERSION}", __name__[0:-6], "toy.jsii.tgz"\n)\n'
    )
    scripts = {f"package/lib/{one}/index.js": f"{SCRIPT}\n{MAP}".encode() for one in submodules}
    content = packed(
        {
            "package/.jsii": json.dumps(assembly, indent=2).encode(),
            "package/package.json": b"{}",
            **scripts,
        }
    )
    (folder / "_jsii" / "toy.jsii.tgz").write_bytes(content)
    return cut_assembly.locate("toy_provider", folder)


def contents(cut: Path) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(cut.read_bytes())) as archive:
        return {m.name: archive.extractfile(m).read() for m in archive}  # type: ignore[union-attr]


RED = frozenset({"red_box"})


def provided(package: Package, *folders: Path) -> Path:
    cut = cut_assembly.provide(package, RED, folders)
    assert cut is not None
    assert contents(cut).keys() >= {"package/.jsii", "package/lib/red-box/index.js"}
    return cut


def test_a_cut_holds_what_its_types_refer_to_and_no_more(package: Package, tmp_path: Path) -> None:
    cut = cut_assembly.provide(package, frozenset({"blue_box"}), [tmp_path / "cuts"])
    assert cut is not None
    held = contents(cut)
    assert held.keys() == {
        "package/.jsii",
        "package/package.json",
        "package/lib/index.js",
        "package/lib/blue-box/index.js",
        "package/lib/red-box/index.js",
    }
    assert held["package/lib/red-box/index.js"] == SCRIPT.encode(), "without its map"
    assert json.loads(held["package/.jsii"])["types"].keys() == {
        f"{NAME}.blueBox.BlueBox",
        f"{NAME}.redBox.RedBox",
    }
    assert b'exports.redBox = require("./red-box");' in held["package/lib/index.js"]
    assert b"grayBox" not in held["package/lib/index.js"]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("from toy_provider.red_box import RedBox", {"red_box"}),
        ("    from toy_provider.red_box import RedBox", {"red_box"}),
        ("import toy_provider.red_box as box, toy_provider.blue_box", {"red_box", "blue_box"}),
        ("from toy_provider import red_box, blue_box as blue", {"red_box", "blue_box"}),
        (
            "from toy_provider import (\n    red_box,\n    gray_box as gray,\n)",
            {"red_box", "gray_box"},
        ),
        ('importlib.import_module("toy_provider.gray_box")', {"gray_box"}),
        ("from toy_provider import green_box", set()),
        ("from other_toy_provider.red_box import RedBox", set()),
    ],
)
def test_an_import_names_its_submodules(
    line: str, found: set[str], package: Package, tmp_path: Path
) -> None:
    source = tmp_path / "sources" / "deep" / "one.py"
    source.parent.mkdir(parents=True)
    source.write_text(f"import os\n{line}\n")
    assert cut_assembly.named("toy_provider", package.folder, tmp_path / "sources") == found


def test_the_cut_is_of_what_modules_imports() -> None:
    folder = Path(sys.modules[light_provider.PACKAGE].__path__[0])
    names = cut_assembly.named(light_provider.PACKAGE, folder, light_provider.MODULES)
    assert {"vpc", "ecs_service", "data_aws_route53_zone", "provider"} <= names
    assert "iot_thing" not in names


def test_another_package_another_cut(package: Package, tmp_path: Path) -> None:
    first = provided(package, tmp_path / "cuts")
    assert provided(package, tmp_path / "cuts") == first
    os.utime(package.tarball, ns=(1, 1))
    assert provided(package, tmp_path / "cuts") != first
    record = package.folder.parent / "toy_provider-1.0.0.dist-info" / "RECORD"
    record.parent.mkdir()
    record.write_text(f"toy_provider/_jsii/{package.tarball.name},sha256=abc,123\n")
    before = package.fingerprint()
    record.write_text(f"toy_provider/_jsii/{package.tarball.name},sha256=def,123\n")
    assert package.fingerprint() != before


def test_half_a_cut_is_not_taken_for_one(package: Package, tmp_path: Path) -> None:
    cuts = tmp_path / "cuts"
    first = provided(package, cuts)
    good = first.read_bytes()
    (cuts / "part-of-a-killed-run").write_bytes(good[:100])
    first.write_bytes(good[:100])
    assert provided(package, cuts).read_bytes() == good
    assert sorted(file.name for file in cuts.iterdir()) == sorted([first.name, "lock"])


def test_two_at_once_make_one(
    package: Package, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    real: Callable[..., bytes] = cut_assembly.cut

    def counted(*arguments: Any) -> bytes:
        made.append(arguments)
        return real(*arguments)

    monkeypatch.setattr(cut_assembly, "cut", counted)
    with ThreadPoolExecutor(8) as pool:
        cuts = set(pool.map(lambda _: provided(package, tmp_path / "cuts"), range(8)))
    assert len(cuts) == len(made) == 1


def test_where_the_first_folder_cannot_be_written_the_next_is(
    package: Package, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    cut = provided(package, tmp_path / "file" / "cuts", tmp_path / "cuts")
    assert cut.parent == tmp_path / "cuts"
    assert cut_assembly.provide(package, RED, [tmp_path / "file" / "cuts"]) is None


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file of this process grows beyond `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_nothing_behind(package: Package, tmp_path: Path) -> None:
    cuts = tmp_path / "cuts"
    with full_disk(64):
        assert cut_assembly.provide(package, RED, [cuts]) is None
    assert [file.name for file in cuts.iterdir()] == ["lock"]
    provided(package, cuts)


def test_only_the_newest_cuts_are_kept(package: Package, tmp_path: Path) -> None:
    cuts = tmp_path / "cuts"
    for age in range(cut_assembly.KEPT + 4):
        os.utime(package.tarball, ns=(age, age))
        os.utime(provided(package, cuts), (age, age))
    assert len(list(cuts.glob("*.tgz"))) <= cut_assembly.KEPT + 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"symbolId": "src/red-box/index:"', '"symbolId": "src/boxes/red:"'),
        (".redBox.", ".pink."),
        ('"namespace": "redBox"', '"namespace": "pink"'),
        ('\n  "types": {', '\n "types": {'),
    ],
)
def test_a_package_built_otherwise_is_a_misfit(
    old: str, new: str, package: Package, tmp_path: Path
) -> None:
    held = contents(package.tarball)
    text = held["package/.jsii"].decode()
    assert old in text
    if old == ".redBox.":
        module = package.folder / "red_box" / "__init__.py"
        module.write_text(module.read_text().replace(old, new))
    held["package/.jsii"] = text.replace(old, new).encode()
    package.tarball.write_bytes(packed(held))
    with pytest.raises(cut_assembly.Misfit):
        cut_assembly.provide(package, RED, [tmp_path / "cuts"])
