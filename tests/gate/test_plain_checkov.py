"""Plain checkov, for someone without `strata`: the same checks, as far as it can see."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from strata.gate.documents import read
from strata.gate.resolve import resolved
from strata.gate.scan import Failure, scan_stacks
from strata.gate.waivers import read as read_waivers
from strata.settings import load
from strata.synthesis.synthesize import synthesize
from tests import ROOT

CHECKOV = (
    sys.executable,
    "-c",
    "import gc, runpy, sys; gc.disable(); del sys.argv[0]; runpy.run_path(sys.argv[0], {},"
    " '__main__')",
    str(Path(sys.executable).with_name("checkov")),
)
"""The installed command; Python's collector would take 0.2 of its time."""
CONFIG = ROOT / ".checkov.yaml"
BLOGGED = ROOT / "tests" / "as-blogged.toml"
FULL = ROOT / "examples" / "full.toml"
FOUR = ("local", "dev", "staging", "prod")


@dataclass(frozen=True)
class Unskipped:
    """What fails, by folder, where `.checkov.yaml` skips nothing: checks, each with the name of a
    resource; and what it skips."""

    code: int
    failed: dict[str, set[tuple[str, str]]]
    skipped: list[str]

    def of(self, *environments: str) -> set[str]:
        """The checks that failed in the layers of some environments."""
        return {
            check
            for folder, failed in self.failed.items()
            for check, _ in failed
            if folder.rpartition("-")[0] in environments
        }


@pytest.fixture(scope="module")
def more(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The synthesis of the reference, and of the example with every section: some waivers are for
    what none of the four has."""
    folder = tmp_path_factory.mktemp("more")
    synthesize([load(str(FULL)), load(str(BLOGGED))], folder)
    return folder


@pytest.fixture(scope="module")
def found(synthesized: Path, more: Path) -> frozenset[Failure]:
    """What the gate finds before anything is waived, except in the reference."""
    return scan_stacks([*read(synthesized), *read(more, ["full"])])


@pytest.fixture(scope="module")
def unskipped(synthesized: Path, more: Path, tmp_path_factory: pytest.TempPathFactory) -> Unskipped:
    """One run over all layers, as `python main.py` writes them too (test_moves.py), and over what
    the gate reads of two environments, which is whole."""
    folder = tmp_path_factory.mktemp("unskipped")
    assert len(list((synthesized / "stacks").glob("*/cdk.tf.json"))) == 28
    for layers in (synthesized / "stacks", more / "stacks"):
        shutil.copytree(layers, folder / "stacks", dirs_exist_ok=True)
    for whole in read(synthesized, ["local", "prod"]):
        file = folder / "stacks" / f"whole {whole.name}" / "cdk.tf.json"
        file.parent.mkdir()
        file.write_text(json.dumps(resolved(whole.composed)))
    config, _, listed = CONFIG.read_text().partition("skip-check:\n")
    skipped = [line.removeprefix("  - ") for line in listed.splitlines()]
    (folder / "all.yaml").write_text(config.replace("- policies", f"- {ROOT / 'policies'}"))
    answer = subprocess.run(
        [*CHECKOV, "-d", "stacks", "--config-file", "all.yaml", "-o", "json"],
        # Elsewhere, since checkov reads the `.checkov.yaml` of the folder it runs in as well.
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    result = json.loads(answer.stdout)
    assert result["summary"]["passed"] > 100
    assert result["summary"]["parsing_errors"] == 0
    failed: dict[str, set[tuple[str, str]]] = {}
    for one in result["results"]["failed_checks"]:
        place = one["file_path"].strip("/").split("/")[0]
        name = one["resource"].rpartition(".")[2]
        failed.setdefault(place, set()).add((one["check_id"], name))
    return Unskipped(answer.returncode, failed, skipped)


def test_it_passes_the_four_environments(unskipped: Unskipped) -> None:
    """That it skips what its configuration lists is seen in test_moves.py."""
    assert unskipped.of(*FOUR) - {*unskipped.skipped} == set()


def test_it_refuses_the_reference_by_name(unskipped: Unskipped) -> None:
    assert unskipped.code == 1
    assert unskipped.of("as-blogged") - {*unskipped.skipped} >= {
        "STRATA_REDIS_1", "STRATA_REDIS_2", "STRATA_REDIS_3", "STRATA_LISTENER_1",
        "STRATA_DB_2", "STRATA_DB_3", "STRATA_INSTANCE_1", "STRATA_INSTANCE_2",
        "STRATA_CONTAINER_3", "STRATA_CONTAINER_4", "STRATA_CONTAINER_7", "STRATA_ECR_1",
    }  # fmt: skip


def test_it_skips_what_is_waived_and_what_it_cannot_see_across_layers_and_no_more(
    unskipped: Unskipped, found: frozenset[Failure]
) -> None:
    assert unskipped.skipped == sorted(unskipped.of(*FOUR, "full"))
    seen_as_a_whole = {one.check for one in found}
    assert {one.check for one in read_waivers()} == seen_as_a_whole
    assert set(unskipped.skipped) >= seen_as_a_whole


@pytest.mark.parametrize("name", ["local", "prod"])
def test_the_gate_finds_all_that_the_checkov_command_finds(
    name: str, unskipped: Unskipped, found: frozenset[Failure]
) -> None:
    theirs = unskipped.failed[f"whole {name}"]
    failures = [one for one in found if one.environment == name]
    assert len(theirs) > 10
    assert {(one.check, one.address.rpartition(".")[2]) for one in failures} == theirs
    waived = {(one.check, one.resource) for one in read_waivers()}
    assert {(one.check, one.construct) for one in failures} <= waived
