"""What help says of each command and its parameters, and how a wrong value is refused."""

import contextlib
import io
import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from strata import cli


def every() -> Iterator[tuple[tuple[str, ...], Any]]:
    """Each command with its words, those of a group too."""
    for name in cli.COMMANDS:
        command = cli.load(name)
        yield (name,), command
        for inner, below in getattr(command, "commands", {}).items():
            yield (name, inner), below


ALL = dict(every())
NUMBERS = [
    (words, parameter.name, value)
    for words, command in ALL.items()
    for parameter in command.params
    if {int, float} & {parameter.type_descriptor.annotation}
    for value in ("abc", "1.5x", "", *([str(parameter.max + 1)] if parameter.max else []))
]


def said(*words: str) -> str:
    """What `strata WORDS` prints on a wide terminal, without frames and with single blanks; two
    end a line."""
    printed = io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
    ):
        patch.setenv("COLUMNS", "400")
        patch.setattr(sys, "argv", ["strata", *words])
        cli.main()
    lines = printed.getvalue().splitlines()
    return "  ".join(re.sub(r"[\s│╭╮╰╯─]+", " ", line).strip() for line in lines)


@pytest.fixture(scope="module")
def helps() -> dict[tuple[str, ...], str]:
    """What the help of each command shows."""
    return {words: said(*words, "-h") for words in ALL}


def test_help_has_every_word_that_was_written(helps: dict[tuple[str, ...], str]) -> None:
    """Rich would leave out `[service]` as markup."""
    for words, shown in helps.items():
        assert "\\" not in shown, words
        for parameter in ALL[words].params:
            assert parameter.help, (*words, parameter.name)
            assert parameter.help.replace("\\[", "[") in shown, (*words, parameter.name)


def test_usage_has_each_bracket_and_dots_once(helps: dict[tuple[str, ...], str]) -> None:
    for words, shown in helps.items():
        usage = shown.partition(" ".join(words))[2].split("  ")[0]
        assert not re.search(r"\[\[|\{\{|\.\.\.[\]}]|[a-z]+[\]}]", usage), f"{words}: {usage}"


def test_an_option_of_what_runs_is_told_where_it_goes() -> None:
    for command in ("exec", "run"):
        told = said(command, "local", "ls", "-l")
        assert "No such option: -l; those of COMMAND go after --" in told
    told = said("status", "local", "-l")
    assert "No such option: -l " in told
    assert "COMMAND" not in told


def filled(words: tuple[str, ...], name: str, value: str) -> tuple[str, ...]:
    """The command with a value of one parameter, and with some word for what is required."""
    line = [*words]
    for parameter in ALL[words].params:
        is_option = parameter.param_type_name == "option"
        if parameter.name == name:
            line += [f"{parameter.opts[0]}={value}"] if is_option else [value]
        elif not is_option and (parameter.required or words == ("reach",)):
            line += ["local"]
    return tuple(line)


def test_a_wrong_number_is_told_with_what_would_be_right() -> None:
    for words, name, value in NUMBERS:
        [parameter] = [one for one in ALL[words].params if one.name == name]
        shown = said(*filled(words, name, value))
        right = rf"{value!r} is not a (whole )?number from {parameter.min} (on|to)"
        assert re.search(right, shown), (*words, name)


@pytest.mark.parametrize(
    ("words", "right"),
    [
        (("rotate", "local", "databse"), "'database', 'redis', 'app'"),
        (("policy", "local", "--for", "x"), "'plan', 'release', 'apply'"),
        (("completion", "csh"), "'bash', 'zsh', 'fish'"),
        (("emulator", "account", "--plan", "gold"), "'paid', 'free'"),
    ],
)
def test_a_wrong_word_is_told_with_the_right_ones(words: tuple[str, ...], right: str) -> None:
    assert f": {words[-1]!r} is not one of {right}." in said(*words)


OTHERS = {"target": "database", "what": "database", "layer": "network"}
OF_ENVIRONMENTS = [
    words
    for words, command in ALL.items()
    if any(parameter.name in ("env", "envs") for parameter in command.params)
]


def test_an_environment_that_is_not_there_is_told_before_all_else() -> None:
    told = "error: no environment is called lcoal  hint: perhaps local; known: "
    for words in OF_ENVIRONMENTS:
        required = [
            OTHERS.get(parameter.name, "lcoal")
            for parameter in ALL[words].params
            if parameter.param_type_name == "argument"
            and (parameter.required or parameter.name in ("env", "envs"))
        ]
        assert said(*words, *required).startswith(told), words
