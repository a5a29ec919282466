"""Each row of the tables names its source and has a test of its name."""

import importlib
import re

import pytest

from emulator.refusals import TABLES
from emulator.refusals.table import Row

ROWS = [(service, row) for service, table in TABLES.items() for row in table.rows]


@pytest.mark.parametrize(("service", "row"), ROWS, ids=[f"{s} {r.name}" for s, r in ROWS])
def test_a_row_has_a_source_a_code_and_a_test(service: str, row: Row) -> None:
    module = importlib.import_module(f"tests.emulator.refusals.test_{service.replace('-', '')}")
    assert hasattr(module, f"test_{row.name}")
    assert re.search(r"20\d\d|botocore \d|issue|PR|cfn-lint", row.source)
    assert re.fullmatch(r"[A-Z][A-Za-z]+(\.[A-Za-z]+)?", row.code)
    assert row.operations


def test_no_two_rows_of_a_service_have_one_name() -> None:
    names = [(service, row.name) for service, row in ROWS]
    assert len(names) == len(set(names))
