"""Plain checkov, for someone without `strata`: the same checks, as far as it can see."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from strata.gate.documents import read
from strata.gate.scan import scan_stacks
from strata.gate.waivers import read as read_waivers
from strata.settings import load
from strata.synthesis.synthesize import synthesize
from tests import ROOT

CHECKOV = Path(sys.executable).with_name("checkov")
CONFIG = ROOT / ".checkov.yaml"
BLOGGED = ROOT / "tests" / "as-blogged.toml"
FULL = ROOT / "examples" / "full.toml"


Failed = dict[str, set[str]]


def checkov(stacks: Path, config: Path = CONFIG, folder: Path = ROOT) -> tuple[int, Failed]:
    """Exit code, and the checks that failed by the folder of a stack."""
    answer = subprocess.run(
        [CHECKOV, "-d", str(stacks), "--config-file", str(config), "-o", "json"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    result = json.loads(answer.stdout)
    assert result["summary"]["passed"] > 100
    assert result["summary"]["parsing_errors"] == 0
    failed: Failed = {}
    for one in result["results"]["failed_checks"]:
        failed.setdefault(one["file_path"].strip("/").split("/")[0], set()).add(one["check_id"])
    return answer.returncode, failed


@pytest.fixture(scope="module")
def four(synthesized: Path) -> Path:
    """The stacks of the four environments, as `python main.py` writes them too (test_moves.py)."""
    stacks = synthesized / "stacks"
    assert len(list(stacks.glob("*/cdk.tf.json"))) == 28
    return stacks


@dataclass(frozen=True)
class Unskipped:
    """What fails, by folder, where `.checkov.yaml` skips nothing; and what it skips."""

    code: int
    failed: Failed
    skipped: list[str]

    def of(self, *environments: str) -> set[str]:
        """The checks that failed in the stacks of some environments."""
        ours = [
            failed for folder, failed in self.failed.items()
            if folder.rpartition("-")[0] in environments
        ]  # fmt: skip
        return set().union(*ours)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with every section: some waivers are for what none of the four has."""
    folder = tmp_path_factory.mktemp("full")
    synthesize([load(str(FULL))], folder)
    return folder


@pytest.fixture(scope="module")
def unskipped(four: Path, full: Path, tmp_path_factory: pytest.TempPathFactory) -> Unskipped:
    """One run over the four environments, the example with every section and the reference."""
    folder = tmp_path_factory.mktemp("unskipped")
    synthesize([load(str(BLOGGED))], folder / "blogged", composed=False)
    for stacks in (four, full / "stacks", folder / "blogged" / "stacks"):
        shutil.copytree(stacks, folder / "stacks", dirs_exist_ok=True)
    config, _, listed = CONFIG.read_text().partition("skip-check:\n")
    skipped = [line.removeprefix("  - ") for line in listed.splitlines()]
    config = config.replace("- policies", f"- {ROOT / 'policies'}")
    (folder / "all.yaml").write_text(config)
    # Elsewhere, since checkov reads the `.checkov.yaml` of the folder it runs in as well.
    code, failed = checkov(folder / "stacks", folder / "all.yaml", folder)
    return Unskipped(code, failed, skipped)


def test_it_passes_the_four_environments(four: Path) -> None:
    assert checkov(four) == (0, {})


def test_it_refuses_the_reference_by_name(unskipped: Unskipped) -> None:
    assert unskipped.code == 1
    assert unskipped.of("as-blogged") - {*unskipped.skipped} >= {
        "STRATA_REDIS_1", "STRATA_REDIS_2", "STRATA_REDIS_3", "STRATA_LISTENER_1",
        "STRATA_DB_2", "STRATA_DB_3", "STRATA_INSTANCE_1", "STRATA_INSTANCE_2",
        "STRATA_CONTAINER_3", "STRATA_CONTAINER_4", "STRATA_CONTAINER_7", "STRATA_ECR_1",
    }  # fmt: skip


def test_it_skips_what_is_waived_and_what_it_cannot_see_across_layers_and_no_more(
    unskipped: Unskipped, synthesized: Path, full: Path
) -> None:
    failed = unskipped.of("local", "dev", "staging", "prod", "full")
    assert unskipped.skipped == sorted(failed)
    found = [*scan_stacks(read(synthesized)), *scan_stacks(read(full))]
    seen_as_a_whole = {one.check for one in found}
    assert {one.check for one in read_waivers()} == seen_as_a_whole
    assert set(unskipped.skipped) >= seen_as_a_whole
