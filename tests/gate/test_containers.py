"""The gate reads every container of a task that a synthesis writes."""

from pathlib import Path

from strata.gate.documents import read
from strata.gate.scan import scan_stacks
from strata.synthesis.synthesize import synthesize
from tests.modules.test_containers import ASKED, settings
from tests.settings.test_containers import sidecar


def failures(folder: Path) -> set[tuple[str, str]]:
    """(check, address) of what fails in the stacks of `local` in a folder."""
    return {(one.check, one.address) for one in scan_stacks(read(folder, ["local"]))}


def test_safe_containers_add_no_finding_and_an_unsafe_one_is_found(
    synthesized: Path, tmp_path: Path
) -> None:
    before = failures(synthesized)
    synthesize([settings(**ASKED)], tmp_path / "safe")
    # `migrate` may write to its root file system, which the settings asked for.
    writes = {"STRATA_CONTAINER_4", "CKV_AWS_336"}
    task = "aws_ecs_task_definition.service_task_definition"
    assert failures(tmp_path / "safe") - before == {(check, task) for check in writes}
    synthesize([settings(sidecars=[sidecar(user="0")])], tmp_path / "root")
    assert failures(tmp_path / "root") - before == {("STRATA_CONTAINER_3", task)}
