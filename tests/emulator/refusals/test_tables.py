"""Each row of the tables names its source and has a test of its name."""

import importlib
import re

from emulator.refusals import TABLES

ROWS = [(service, row) for service, table in TABLES.items() for row in table.rows]


def test_a_row_has_a_source_a_code_and_a_test() -> None:
    for service, row in ROWS:
        case = f"{service} {row.name}"
        module = importlib.import_module(f"tests.emulator.refusals.test_{service.replace('-', '')}")
        assert hasattr(module, f"test_{row.name}"), case
        assert re.search(r"20\d\d|botocore \d|issue|PR|cfn-lint", row.source), case
        assert re.fullmatch(r"[A-Z][A-Za-z]+(\.[A-Za-z]+)?", row.code), case
        assert row.operations, case


def test_no_two_rows_of_a_service_have_one_name() -> None:
    names = [(service, row.name) for service, row in ROWS]
    assert len(names) == len(set(names))
