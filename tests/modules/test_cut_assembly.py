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
from pathlib import Path
from typing import Any

import pytest

from modules import cut_assembly, light_provider
from modules.cut_assembly import Package
from tests import ROOT
from tests.modules.test_direct_node import unpacked
from tests.synthesis.edited import Edit, edited

ENVS = ("local", "dev", "staging", "prod", "tests/as-blogged.toml")

SYNTHESIZE = """
import sys
from pathlib import Path
from strata.settings import load_each
from strata.synthesis.synthesize import synthesize
synthesize(load_each(sys.argv[2:]), Path(sys.argv[1]))
"""
COUNT_TYPES = """
from cdktf_cdktf_provider_aws import _jsii
from jsii._kernel.types import LoadRequest
from jsii._runtime import kernel
loaded = _jsii.__jsii_assembly__
print(kernel.provider.load(LoadRequest(loaded.name, loaded.version, loaded.filename)).types)
"""
ALL_TYPES = 23285


def run(program: str, *arguments: str, cache: Path | str, **env: str) -> str:
    """What a Python process of its own prints, whose cuts are kept in `cache` alone."""
    nowhere = (
        "from pathlib import Path; from strata.machine.folders import Folders, use\n"
        "use(Folders(Path.cwd(), Path('/dev/null/none'), Path.cwd() / 'cdktf.out'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", nowhere + program, *arguments],
        cwd=ROOT,
        env={**os.environ, "XDG_CACHE_HOME": str(cache), **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def files(out: Path) -> dict[str, bytes]:
    return {str(p.relative_to(out)): p.read_bytes() for p in sorted(out.rglob("*.json"))}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What jsii writes as it comes: with its own way to Node, and, since no cut can be kept, with
    the package's own assembly."""
    out = tmp_path_factory.mktemp("whole")
    runtime = str(unpacked(tmp_path_factory.mktemp("runtime")))
    types = run(SYNTHESIZE + COUNT_TYPES, str(out), *ENVS, cache="/dev/null", JSII_RUNTIME=runtime)
    assert int(types) == ALL_TYPES
    return out


def test_the_json_is_the_same_to_the_byte(whole: Path, cache: Path, tmp_path: Path) -> None:
    for _ in ("made", "found"):
        types = run(SYNTHESIZE + COUNT_TYPES, str(tmp_path), *ENVS, cache=cache)
        assert int(types) < ALL_TYPES / 10
        written = files(tmp_path)
        assert len(written) > 5 * len(ENVS)
        assert written == files(whole)
    assert len(list(cache.rglob("*.tgz"))) == 1


def test_a_submodule_imported_anew_makes_a_new_cut(cache: Path, tmp_path: Path) -> None:
    before = set(cache.rglob("*.tgz"))
    name = '        self._names = Names(settings, "registry")\n'
    use = '        things.IotThing(self, "jobs", name="jobs")\n'
    old = "from constructs import Construct\n"
    new = "from cdktf_cdktf_provider_aws import iot_thing as things\n"
    file = "modules/registry.py"
    project = edited(tmp_path / "p", [Edit(file, old, old + new), Edit(file, name, name + use)])
    out = project.synthesize(XDG_CACHE_HOME=str(cache))
    stack = json.loads((out / "stacks/local-registry/cdk.tf.json").read_text())
    assert stack["resource"]["aws_iot_thing"].keys() == {"registry_jobs"}
    assert len(set(cache.rglob("*.tgz")) - before) == 1


def test_what_another_file_imports_is_there_too(cache: Path) -> None:
    program = f"""
from modules.environment import EnvironmentStack
from cdktf import App
from cdktf_cdktf_provider_aws.iot_thing import IotThing
IotThing(EnvironmentStack(App(), "one"), "jobs", name="jobs")
{COUNT_TYPES}
"""
    assert int(run(program, cache=cache)) == ALL_TYPES


def test_an_import_that_comes_too_late_says_so(cache: Path) -> None:
    program = """
from modules.environment import EnvironmentStack
from cdktf import App
EnvironmentStack(App(), "one")
try:
    from cdktf_cdktf_provider_aws.iot_thing import IotThing
except ImportError as error:
    print(error)
"""
    said = run(program, cache=cache)
    assert "cdktf_cdktf_provider_aws.iot_thing" in said
    assert "head of a file" in said


@pytest.mark.parametrize(
    "content",
    [b"", b"not an archive", gzip.compress(b"not a tar", mtime=0)],
    ids=["empty", "no archive", "no tar"],
)
def test_a_cut_that_node_cannot_load_is_passed_over(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "bad.tgz").write_bytes(content)
    program = f"""
from pathlib import Path
from modules import cut_assembly
cut_assembly.provide = lambda *_: Path({str(tmp_path / "bad.tgz")!r})
import modules.registry
{COUNT_TYPES}
"""
    assert int(run(program, cache="/dev/null")) == ALL_TYPES


# What is kept, and where: with a package of three submodules, since a cut of AWS takes seconds.

NAME = "@cdktf/provider-toy"
VERSION = "1.0.0"


def type_(submodule: str, name: str, **more: Any) -> dict[str, Any]:
    fqn = f"{NAME}.{submodule}.{name}"
    return {"fqn": fqn, "kind": "class", "namespace": submodule, "docs": {"summary": "x"}, **more}


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
    scripts = {f"package/lib/{one}/index.js": f"// {one}".encode() for one in submodules}
    content = cut_assembly._tarball(
        {"package/.jsii": json.dumps(assembly).encode(), "package/package.json": b"{}", **scripts}
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
    [('"symbolId": "src/red-box/index:"', '"symbolId": "src/boxes/red:"'), (".redBox.", ".pink.")],
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
    package.tarball.write_bytes(cut_assembly._tarball(held))
    with pytest.raises(cut_assembly.Misfit):
        cut_assembly.provide(package, RED, [tmp_path / "cuts"])
