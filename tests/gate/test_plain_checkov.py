"""Plain checkov, for someone without `strata`: the same checks, as far as it can see."""

import json
import subprocess
import sys
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


def checkov(stacks: Path, config: Path = CONFIG, folder: Path = ROOT) -> tuple[int, set[str]]:
    """Exit code, and the checks that failed."""
    answer = subprocess.run(
        [CHECKOV, "-d", str(stacks), "--config-file", str(config), "-o", "json"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    result = json.loads(answer.stdout)
    assert result["summary"]["passed"] > 100
    assert result["summary"]["parsing_errors"] == 0
    failed = {one["check_id"] for one in result["results"]["failed_checks"]}
    return answer.returncode, failed


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`cdktf.out/stacks` as plain `python main.py` writes it."""
    folder = tmp_path_factory.mktemp("plain")
    subprocess.run([sys.executable, str(ROOT / "main.py")], cwd=folder, check=True)
    stacks = folder / "cdktf.out" / "stacks"
    assert len(list(stacks.glob("*/cdk.tf.json"))) == 28
    return stacks


def test_it_passes_the_four_environments(four: Path) -> None:
    assert checkov(four) == (0, set())


def test_it_refuses_the_reference_by_name(tmp_path: Path) -> None:
    synthesize([load(str(BLOGGED))], tmp_path, composed=False)
    code, failed = checkov(tmp_path / "stacks")
    assert code == 1
    assert failed >= {
        "STRATA_REDIS_1", "STRATA_REDIS_2", "STRATA_REDIS_3", "STRATA_LISTENER_1",
        "STRATA_DB_2", "STRATA_DB_3", "STRATA_INSTANCE_1", "STRATA_INSTANCE_2",
        "STRATA_CONTAINER_3", "STRATA_CONTAINER_4", "STRATA_CONTAINER_7", "STRATA_ECR_1",
    }  # fmt: skip


def test_it_skips_what_is_waived_and_what_it_cannot_see_across_layers_and_no_more(
    four: Path, synthesized: Path, tmp_path: Path
) -> None:
    config, _, listed = CONFIG.read_text().partition("skip-check:\n")
    skipped = [line.removeprefix("  - ") for line in listed.splitlines()]
    config = config.replace("- policies", f"- {ROOT / 'policies'}")
    (tmp_path / "all.yaml").write_text(config)
    # Some waivers are for what none of the four has.
    synthesize([load(str(FULL))], tmp_path)
    # Elsewhere, since checkov reads the `.checkov.yaml` of the folder it runs in as well.
    _, failed = checkov(four, tmp_path / "all.yaml", tmp_path)
    _, failed_in_full = checkov(tmp_path / "stacks", tmp_path / "all.yaml", tmp_path)
    assert skipped == sorted(failed | failed_in_full)
    found = [*scan_stacks(read(synthesized)), *scan_stacks(read(tmp_path))]
    seen_as_a_whole = {one.check for one in found}
    assert {one.check for one in read_waivers()} == seen_as_a_whole
    assert set(skipped) >= seen_as_a_whole
