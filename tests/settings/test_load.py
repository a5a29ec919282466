"""Which files a command reads, and what it says of those that it cannot."""

import os
from pathlib import Path

import pytest

from strata import cli
from strata.errors import UsageError
from strata.settings import InvalidSettings, load, load_each
from strata.settings.load import MOST_SHOWN, distinct, resolve
from tests import ROOT
from tests.raised import raised

LOCAL = (ROOT / "envs" / "local.toml").read_text()


def test_an_environment_that_is_named_twice_is_one(tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(ROOT / "envs" / "local.toml")
    given = ["local", "dev", "local", str(ROOT / "envs" / "local.toml"), str(link)]
    assert distinct(given) == ["local", "dev"]


def test_a_link_that_leads_back_to_itself_is_no_readable_file(tmp_path: Path) -> None:
    link = tmp_path / "loop.toml"
    link.symlink_to(link.name)
    with pytest.raises(InvalidSettings, match="symbolic links"):
        load_each(distinct([str(link)]))


def test_the_same_twice_in_the_line_is_synthesized_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["strata", "synth", "local", "local", "--out", str(tmp_path)])
    assert cli.main() == 0
    assert capsys.readouterr().out.count("stacks/local-*") == 1


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text(LOCAL)
    with pytest.raises(InvalidSettings) as error:
        load_each(["local", str(other)])
    (problem,) = error.value.problems
    assert problem.file == other
    assert LOCAL.splitlines()[problem.line - 1].startswith("name")
    assert (problem.key, problem.value) == ("environment.name", '"local"')
    assert "envs/local.toml" in problem.wrong


def test_two_files_that_make_the_same_names_in_one_account_are_refused(tmp_path: Path) -> None:
    first, second, third = (tmp_path / f"{name}.toml" for name in ("first", "second", "third"))
    named = {'project = "shop"': 'project = "{}"', 'name = "local"': 'name = "{}"'}

    def written(project: str, name: str) -> str:
        text = LOCAL
        for (old, new), value in zip(named.items(), (project, name), strict=True):
            assert old in text
            text = text.replace(old, new.format(value))
        return text

    first.write_text(written("shop", "dev-api"))
    second.write_text(written("shop-dev", "api"))
    third.write_text(second.read_text().replace("123456789012", "210987654321"))
    with pytest.raises(InvalidSettings) as error:
        load_each([str(first), str(second)])
    (problem,) = error.value.problems
    assert (problem.file, problem.key) == (second, "environment.project")
    assert f"the names of {first}: shop-dev-api" in problem.wrong
    assert len(load_each([str(first), str(third)])) == 2


def test_a_message_names_as_many_problems_as_can_be_read(tmp_path: Path) -> None:
    file = tmp_path / "local.toml"
    lines = "".join(f"A{index} = {index}\n" for index in range(MOST_SHOWN + 5))
    file.write_text(f"{LOCAL}\n[service.environment]\n{lines}")
    with pytest.raises(InvalidSettings) as error:
        load_each([str(file)])
    assert error.value.count == MOST_SHOWN + 5
    message = str(error.value)
    assert message.startswith(f"{MOST_SHOWN + 5} problems")
    assert message.endswith("and 5 more, which are listed when these are fixed")
    assert message.count("wrong:") == MOST_SHOWN


WRONG_VARIABLES = (
    "A{0} = {0}",
    'B{0} = ["a{0}"]',
    'C{0}_PASSWORD = "hunter2-Zq{0}xW9k"',
    'D{0} = "postgres://user:Xk9vQ2mL8pR4tZ{0}@db/x"',
    '"1 bad name {0}" = "x"',
)


def test_of_ten_thousand_wrong_variables_the_first_are_told(tmp_path: Path) -> None:
    """Two thousand of each kind, of which every one is a problem."""
    file = tmp_path / "local.toml"
    lines = [entry.format(index) for index in range(2_000) for entry in WRONG_VARIABLES]
    begin = f"{LOCAL}\n[service.environment]\n"
    file.write_text(begin + "\n".join(lines))
    with pytest.raises(InvalidSettings) as error:
        load_each([str(file)])
    assert error.value.count == len(lines) == 10_000
    first = begin.count("\n") + 1
    told = [problem.line for problem in error.value.problems]
    assert told == list(range(first, first + MOST_SHOWN))


@pytest.mark.parametrize("name", ['"a.b"', "'a\\b'", '"a\\u0041b"', '"it\'s"'])
def test_a_quoted_name_is_found_in_its_line(tmp_path: Path, name: str) -> None:
    file = tmp_path / "local.toml"
    file.write_text(f"{LOCAL}\n[service.environment]\n{name} = 1\n")
    with pytest.raises(InvalidSettings) as error:
        load_each([str(file)])
    (problem,) = error.value.problems
    assert problem.line == len(file.read_text().splitlines())


def test_what_is_no_settings_file_is_refused_by_name(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "folder.toml").mkdir()
    for name in ("pipe.toml", "folder.toml", "nothing.toml", "n" * 300 + ".toml"):
        with pytest.raises(InvalidSettings) as error:
            load(str(tmp_path / name))
        assert error.value.problems[0].file.name == name


@pytest.mark.parametrize(
    "text, line, words",
    [
        (LOCAL + f"\n[cost]\nbudget_usd_per_month = {'9' * 5000}\n", -1, "thousands of digits"),
        (LOCAL + f"\n[tags]\na = {'[' * 5000}{']' * 5000}\n", -1, "levels deep"),
        (LOCAL.replace('name = "local"', "name = \0"), 0, "is not TOML"),
    ],
    ids=["digits", "depth", "NUL"],
)
def test_what_python_cannot_take_names_its_line(
    text: str, line: int, words: str, tmp_path: Path
) -> None:
    file = tmp_path / "some.toml"
    file.write_text(text)
    with pytest.raises(InvalidSettings) as error:
        load(str(file))
    (problem,) = error.value.problems
    assert words in problem.wrong
    at = len(text.splitlines()) if line else text[: text.index("\0")].count("\n") + 1
    assert problem.line == at


@pytest.mark.parametrize("value", ["inf", "-inf", "nan", "1e999"])
def test_a_number_without_end_is_refused_without_a_traceback(value: str, tmp_path: Path) -> None:
    file = tmp_path / "some.toml"
    scaling = f'[[service.scaling.target_tracking]]\nmetric = "cpu"\ntarget = {value}\n'
    file.write_text(f"{LOCAL}\n{scaling}")
    with pytest.raises(InvalidSettings) as error:
        load(str(file))
    assert "target_tracking[0].target" in str(error.value)


NO_ENVIRONMENTS = [
    ("", "ENV is empty"),
    ("  ", "ENV is empty"),
    ("locl", "no environment is called locl"),
    ("local ", 'no environment is called "local "'),
    ("lo\u200bcal", 'no environment is called "lo\\u200bcal"'),
]


def test_a_name_of_no_environment_is_told_so_that_it_can_be_seen() -> None:
    for env, words in NO_ENVIRONMENTS:
        error = raised(UsageError, resolve, env)
        assert error and error.message == words, repr(env)
        assert "known: dev, local, prod, staging; or give a path" in (error.hint or ""), repr(env)


MEANT = [
    ("lcoal", "local"),
    ("LOCAL", "local"),
    ("production", "prod"),
    # In the place of a path it is looked for in envs/, too.
    ("local.toml", "local"),
    ("envs/local", "local"),
    ("envs/lcoal.toml", "local"),
    ("../prod/", "prod"),
    ("somewhere/other.toml", ""),
]


def test_what_is_not_there_is_told_with_the_environment_that_was_meant() -> None:
    for env, meant in MEANT:
        error = raised(UsageError, load, env)
        assert error, env
        said = " ".join(f"{error.message} {error.hint}".split())
        assert f"{f'perhaps {meant}; ' if meant else ''}known: dev, local, prod, staging" in said, (
            env
        )
        assert ("perhaps" in said) == bool(meant), env


@pytest.mark.parametrize(
    ("table", "key", "name"),
    [
        ('[services.mail]\ncomand = ["node"]', "services.mail.comand", "command"),
        ('[jobs.sweep]\ncommand = ["a"]\nschedul = "rate(1 day)"\nschedule = "rate(1 day)"\n'
         "memory_mb = 100", "jobs.sweep.memory_mb", "memory_mib"),
        ('[services.mail]\ncommand = ["a"]\ncpus = 128', "services.mail.cpus", "cpu"),
    ],
)  # fmt: skip
def test_the_default_of_a_misspelt_key_is_not_at_fault(
    table: str, key: str, name: str, tmp_path: Path
) -> None:
    file = tmp_path / "some.toml"
    file.write_text(f"{LOCAL}\n{table}\n")
    with pytest.raises(InvalidSettings) as error:
        load(str(file))
    assert [one.key for one in error.value.problems if "schedul" not in one.key] == [key]
    assert f"perhaps {name}" in [one.right for one in error.value.problems]


def test_a_key_that_is_there_is_judged_beside_one_that_resembles_it(tmp_path: Path) -> None:
    file = tmp_path / "some.toml"
    file.write_text(f'{LOCAL}\n[services.mail]\ncommand = [""]\ncomand = ["node"]\n')
    with pytest.raises(InvalidSettings) as error:
        load(str(file))
    found = {one.key for one in error.value.problems}
    assert found >= {"services.mail.command", "services.mail.comand"}
