"""A command is a list of words: what was written as one text is told as its words."""

import itertools
import json
import re
from typing import Any

import pytest
import tomli_w

from strata.settings import Settings, load
from strata.settings.load import judge
from strata.settings.rules import warnings
from strata.settings.schema import COMMANDS, schema

Json = dict[str, Any]

EVERY = (
    "service.command",
    "service.entry_point",
    "services.mail.command",
    "jobs.sweep.command",
    "release.before",
)
RATE = {"schedule": "rate(1 hour)"}


def local(**more: Any) -> Json:
    """`local` with further keys, each a path with `__` for its dots."""
    data = load("local").model_dump(by_alias=True, exclude_none=True)
    data["cluster"]["instance_type"] = "t3.medium"
    data["jobs"] = {"sweep": {**RATE, "command": ["true"]}}
    data["services"] = {"mail": {"command": ["true"]}}
    for path, value in more.items():
        *tables, last = path.split("__")
        inner = data
        for table in tables:
            inner = inner.setdefault(table, {})
        inner[last] = value
    return data


WRITTEN = {
    "serve": ["serve"],
    "node server.js --at 3000": ["node", "server.js", "--at", "3000"],
    "node 'a b.js'": ["node", "a b.js"],
    # As the console of ECS has it.
    "node,server.js": ["node", "server.js"],
    "npm, run, start": ["npm", "run", "start"],
    "node --of=a,b": ["node", "--of=a,b"],
    # As a Dockerfile has it.
    '["node", "a b.js"]': ["node", "a b.js"],
    "[ -f a ] && b": ["sh", "-c", "[ -f a ] && b"],
    "npm run migrate && npm start": ["sh", "-c", "npm run migrate && npm start"],
}


def test_a_command_in_one_text_is_told_as_its_words() -> None:
    for key, (written, words) in itertools.product(EVERY, WRITTEN.items()):
        case = f"{key} = {written}"
        problems = judge(local(**{key.replace(".", "__"): written}))[1]
        told = [(".".join(map(str, one.key)), one.wrong) for one in problems]
        assert told == [(key, "should be a list")], case
        assert problems[0].right.startswith(f"{json.dumps(words)}: "), case


def test_of_a_health_check_it_is_a_line_for_the_shell() -> None:
    [problem] = judge(local(service__health_check={"command": "wget -q localhost"}))[1]
    assert problem.right.startswith('["CMD-SHELL", "wget -q localhost"]: ')
    [problem] = judge(local(service__health_check={"command": '["CMD", "true"]'}))[1]
    assert problem.right.startswith('["CMD", "true"]: ')


@pytest.mark.parametrize("line", ['node "server.js', "[" * 20_000 + '"'], ids=range(2))
def test_what_no_shell_could_read_is_not_repeated(line: str) -> None:
    [problem] = judge(local(service__command=line))[1]
    assert problem.right.startswith("a list: ")


def test_every_list_of_words_is_known_as_a_command() -> None:
    lists = {
        name
        for table in schema()["$defs"].values()
        for name, node in table.get("properties", {}).items()
        if node.get("type") == "array" and re.search("[Cc]ommand|[Ww]ords", node["description"])
    }
    assert lists == set(COMMANDS)


def told(**more: Any) -> dict[str, str]:
    """The warnings of words, by key, with what would be right."""
    data = local(**more)
    assert judge(data)[1] == [], tomli_w.dumps(data)
    found = warnings(Settings.model_validate(data))
    return {
        ".".join(map(str, one.key)): one.right
        for one in found
        if one.wrong.startswith("has blanks in the name of the program")
    }


def test_a_line_in_the_place_of_the_program_is_warned_of() -> None:
    for key in EVERY:
        more = {key.replace(".", "__"): ["node server.js", "--at"]}
        assert told(**more) == {key: '["node", "server.js", "--at"]'}, key


def test_so_is_a_line_after_cmd_and_none_after_cmd_shell() -> None:
    key = "service.health_check.command"
    lines = {"service__health_check": {"command": ["CMD", "curl -f localhost"]}}
    assert told(**lines) == {key: '["CMD", "curl", "-f", "localhost"]'}
    assert told(service__health_check={"command": ["CMD-SHELL", "curl -f localhost"]}) == {}


def test_an_entry_point_that_is_a_shell_takes_a_line() -> None:
    line = ["node server.js"]
    shell: Json = {
        "service__entry_point": ["sh", "-c"],
        "service__command": line,
        "jobs__sweep__command": line,
        "services__mail__command": line,
        "release__before": line,
    }
    assert told(**shell) == {}
    # An image of its own has not the entry point of [service].
    shell["services__mail__repository"] = "shop/mail"
    assert told(**shell) == {"services.mail.command": '["node", "server.js"]'}


def test_a_word_with_blanks_that_is_no_program_is_right() -> None:
    assert told(service__command=["node", "-e", "require('x')", "a b"]) == {}
