"""The documentation names every command, setting, file and module as they are."""

import pkgutil
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from strata import cli
from strata.commands.exit_codes import EXIT_CODES, ExitCodes
from strata.commands.reports import REPORTS
from strata.errors import StrataError, UsageError
from strata.settings import Settings
from tests import ROOT
from tests.settings.test_accepted import section_of, sections
from tools.settings_page import page as settings_page

SETTINGS = (ROOT / "docs" / "settings.md").read_text()
COMMANDS = (ROOT / "docs" / "reference" / "commands.md").read_text()
TARGETS = " ".join(re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.M)).split()
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
HISTORY = ROOT / "docs" / "decisions"
"""Its pages also name what was, and are not kept in step."""


def test_the_page_of_settings_is_that_of_the_models() -> None:
    """When this fails: `make docs`."""
    assert settings_page() == SETTINGS


def test_every_setting_has_its_line() -> None:
    for model, name, field in sections(Settings):
        if section_of(field) is None:
            line = f"| {field.description} |"
            assert any(
                row.startswith(f"| `{name}` |") and row.endswith(line)
                for row in SETTINGS.splitlines()
            ), f"{model.__name__}.{name}"


def test_every_command_has_its_line() -> None:
    for name in EXIT_CODES:
        assert f"| `strata {name}" in COMMANDS, name


def test_every_target_of_make_has_its_line() -> None:
    for target in TARGETS:
        assert target == "command" or f"`make {target}`" in COMMANDS, target


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    for page in (ROOT / "docs").rglob("*.md"):
        name = page.relative_to(ROOT / "docs").as_posix()
        assert name == "README.md" or f"]({name})" in index, name


def test_every_file_and_module_of_ours_that_a_page_names_exists() -> None:
    for page in PAGES:
        if HISTORY not in page.parents:
            assert (page.name, gone(page.read_text())) == (page.name, [])


def test_the_check_of_names_sees_them() -> None:
    text = "`strata/plann.py` and strata.plann, strata.cli.lod, `strata/cli.py`, strata.cli.load"
    assert gone(text) == ["strata/plann.py", "strata.plann", "strata.cli.lod"]


def gone(text: str) -> list[str]:
    """The files and modules of ours that a page names and that are not there."""
    paths = re.findall(r"`((?:strata|modules|policies|emulator|tests|tools)/[\w./-]+)`", text)
    names = re.findall(r"(?<![-\w/])strata(?:\.\w+)+", text)
    return [
        *(path for path in paths if not (ROOT / path).exists()),
        *(name for name in names if name != "strata.tfplan" and not _resolves(name)),  # a file
    ]


def _resolves(name: str) -> bool:
    try:
        pkgutil.resolve_name(name)
    except (ImportError, AttributeError):
        return False
    return True


def test_the_table_of_exit_codes_is_that_of_the_code() -> None:
    rows = [
        line
        for line in (ROOT / "docs" / "exit-codes.md").read_text().splitlines()
        if line.startswith("| `strata ")
    ]
    assert rows == [
        f"| `strata {name}` | {_answers(codes)} | {_failure(codes)} |"
        for name, codes in EXIT_CODES.items()
    ]


def _answers(codes: ExitCodes) -> str:
    answers = [f"{code}: {what}" for code, what in codes.answers.items()]
    return "; ".join([*answers, *([codes.passed_on] if codes.passed_on else [])]) or "-"


def _failure(codes: ExitCodes) -> str:
    wrong = codes.of_error(UsageError.exit_code)
    other = codes.of_error(StrataError.exit_code)
    return str(other) if wrong == other else f"{other}, or {wrong} for wrong settings or usage"


def test_every_link_leads_somewhere() -> None:
    for file in PAGES:
        for part in file.read_text().split("](")[1:]:
            target, _, heading = part.split(")")[0].partition("#")
            page = file.parent / target if target else file
            assert page.exists(), f"{file}: {target}"
            if heading:
                lines = page.read_text().splitlines()
                titles = [line.strip("# ").lower() for line in lines if line.startswith("#")]
                assert heading in [title.replace(" ", "-") for title in titles], heading


def test_help_of_the_installed_command_works_from_anywhere_and_fits_80_columns(
    tmp_path: Path,
) -> None:
    answer = subprocess.run(
        [Path(sys.executable).with_name("strata"), "--help"],
        cwd=tmp_path,
        env={"COLUMNS": "80", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.split()[:2] == ["Usage:", "strata"]
    assert all(len(line) <= 80 for line in answer.stdout.splitlines())


GLOBAL = {"--project", "--version", "--help", "-h", "-q", "-v", "--debug"}


def test_every_command_that_a_page_shows_exists_with_its_options() -> None:
    for file in PAGES:
        check_commands(file.name, file.read_text())


def test_the_check_of_commands_sees_them() -> None:
    with pytest.raises(AssertionError, match="strata plann"):
        check_commands("page", "`strata plann local`")
    with pytest.raises(AssertionError, match="--jsno"):
        check_commands("page", "text\n\n    .venv/bin/strata drift local --jsno\n")
    with pytest.raises(AssertionError, match="imagez"):
        check_commands("page", "    make imagez")


def check_commands(page: str, text: str) -> None:
    """Every `strata` and `make` in the code of a page is one that there is."""
    for line in _code(text):
        for words in re.findall(r"(?:^|[ /])strata ((?:[\w.-]+ ?)[^|;&>#`)]*)", line):
            # Behind `--` stands another program's command.
            given = re.split(r" \[?-- ", words)[0].split()
            pair = " ".join(given[:2])
            name = pair if pair in EXIT_CODES else given[0]
            assert name in EXIT_CODES or name in GLOBAL, f"{page}: strata {words}"
            options = {
                word.strip("[]").split("=")[0] for word in given if word.strip("[").startswith("--")
            }
            assert options <= _options(name) | GLOBAL, f"{page}: strata {words}"
        for target in re.findall(r"(?:^|&& )make ([a-z-]+)", line):
            assert target in TARGETS, f"{page}: make {target}"


def _code(text: str) -> list[str]:
    """The lines of code of a page, and what stands in backticks."""
    blocks = re.findall(r"^ {4,}(\S.*)$", text, re.M)
    return [*blocks, *re.findall(r"`([^`\n]+)`", text)]


@cache
def _options(name: str) -> set[str]:
    first, *rest = name.split()
    if first not in cli.COMMANDS:
        return set()
    command = cli.load(first)
    for word in rest:
        command = command.commands[word]  # type: ignore[attr-defined]
    return {
        option
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
    }


def test_the_page_on_json_names_every_schema() -> None:
    page = (ROOT / "docs" / "json.md").read_text()
    assert re.findall(r"\[(\w+)-report.schema.json\]", page) == list(REPORTS)
