"""checkov's graph checks run in the thread of the gate, and one that fails is named."""

import threading
from pathlib import Path
from typing import Any

import pytest
from checkov.common.checks_infra.solvers.attribute_solvers.base_attribute_solver import (
    BaseAttributeSolver,
)
from checkov.common.graph.checks_infra.base_check import BaseGraphCheck

from strata.gate.documents import Environment, Unjudgeable, read
from strata.gate.one_thread import Here
from strata.gate.scan import scan_stacks


@pytest.fixture(scope="module")
def local(synthesized: Path) -> list[Environment]:
    return read(synthesized, ["local"])


@pytest.mark.parametrize(
    ("asked", "method"), [(BaseGraphCheck, "run"), (BaseAttributeSolver, "_process_node")]
)
def test_checks_and_what_they_look_at_run_here(
    asked: type, method: str, local: list[Environment], monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []
    theirs = getattr(asked, method)

    def noted(*arguments: Any, **named: Any) -> Any:
        threads.append(threading.current_thread())
        return theirs(*arguments, **named)

    monkeypatch.setattr(asked, method, noted)
    scan_stacks(local)
    assert len(threads) > 20
    assert set(threads) == {threading.current_thread()}


def test_a_check_that_raises_leaves_no_verdict(
    local: list[Environment], monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = BaseGraphCheck.run

    def run(check: BaseGraphCheck, graph_connector: Any) -> Any:
        if check.id in ("CKV2_AWS_12", "CKV2_AWS_5"):
            raise ValueError(check.id)
        return theirs(check, graph_connector)

    monkeypatch.setattr(BaseGraphCheck, "run", run)
    with pytest.raises(Unjudgeable, match=r"local/cdk\.tf\.json: CKV2_AWS_12, CKV2_AWS_5 failed"):
        scan_stacks(local)


def test_what_a_job_raises_is_in_its_result() -> None:
    with Here() as executor:
        assert executor.submit(divmod, 7, 2).result(0) == (3, 1)
        failed = executor.submit(divmod, 7, 0)
    assert isinstance(failed.exception(0), ZeroDivisionError)
