"""What docs/rename-without-loss.md tells to do passes: in the gate, and in plain checkov."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from strata.synthesis.moved_blocks import NAME
from tests.gate.command import Answer, Command
from tests.gate.test_plain_checkov import CHECKOV
from tests.synthesis.edited import MOVED, RENAMED, Project, edited, move

MOVES = [
    move("database/instance", "database/mysql"),
    move("service/log_group", "cluster/log_group"),
]


IN_TURN = """
import contextlib, io, json, runpy, sys
from strata import cli
from strata.gate.scan import known_checks
known_checks()
for words in json.loads(sys.argv.pop()):
    out, err = io.StringIO(), io.StringIO()
    sys.argv = words
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = cli.main() if words[0] == "strata" else runpy.run_path(*words, {}, "__main__")
        except SystemExit as left:
            code = left.code
    print(json.dumps([code, out.getvalue(), err.getvalue()]))
"""
"""Runs commands one after the other, where each alone would import checkov and start Node."""


@dataclass(frozen=True)
class Moved:
    """Our code with a construct renamed, another one in another layer, and both written down; and
    what its commands say: the gate with the waivers of the old paths, and with those of the new.
    """

    project: Project
    forgotten: Answer
    judged: Answer
    judged_again: Answer


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Moved:
    folder = tmp_path_factory.mktemp("moved")
    before = edited(folder / "before", [*RENAMED, *MOVED, *MOVES])
    project = edited(folder / "project", [*RENAMED, *MOVED, *MOVES])
    file = project.root / "policies" / "waivers.toml"
    text = file.read_text()
    for old, new in (("database/instance", "database/mysql"), ("service/log_", "cluster/log_")):
        assert f'resource = "{old}' in text
        text = text.replace(f'resource = "{old}', f'resource = "{new}')
    file.write_text(text)
    out = str(project.root / "out")
    commands = [
        ["strata", "--project", str(before.root), "gate", "local", "dev"],
        ["strata", "--project", str(project.root), "gate", "local"],
        ["strata", "--project", str(project.root), "synth", "local", "--out", out],
        ["strata", "--project", str(project.root), "gate", "--synthesized", out],
        ["main.py"],
    ]
    answer = project.python("-c", IN_TURN, json.dumps(commands))
    assert answer.returncode == 0, answer.stderr
    answers = [Answer(*json.loads(line)) for line in answer.stdout.splitlines()]
    forgotten, judged, synthesized, judged_again, main = answers
    assert (synthesized.code, main.code) == (0, 0), (synthesized, main)
    return Moved(project, forgotten, judged, judged_again)


def test_waivers_that_were_forgotten_are_named(moved: Moved) -> None:
    answer = moved.forgotten
    assert answer.code == 2
    assert "CKV_AWS_129 matches nothing" in answer.err
    assert 'resource = "database/instance"' in answer.err
    assert NAME not in answer.err


def test_the_gate_judges_what_was_renamed_and_moved(moved: Moved) -> None:
    assert moved.judged.code == 0, moved.judged
    for place in ("stacks/local-database", "stacks/local-service", "composed/local"):
        assert (moved.project.root / "out" / place / NAME).exists()
    assert moved.judged_again.code == 0, moved.judged_again


def test_plain_checkov_does_as_it_is_told(moved: Moved) -> None:
    """Over what `python main.py` wrote."""
    root = moved.project.root
    assert (root / "cdktf.out" / "stacks" / "local-database" / NAME).exists()
    assert {path.name for path in (root / "cdktf.out" / "stacks").glob("local-*")} == {
        path.name for path in (root / "out" / "stacks").iterdir()
    }
    for stack in (root / "out" / "stacks").glob("*/cdk.tf.json"):
        plain = root / "cdktf.out" / "stacks" / stack.parent.name / stack.name
        assert plain.read_bytes() == stack.read_bytes(), "strata synth writes the same"
    answer = subprocess.run(
        [CHECKOV, "-d", "cdktf.out/stacks", "--config-file", ".checkov.yaml", "-o", "json"],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    result = json.loads(answer.stdout)
    assert (answer.returncode, result["summary"]["parsing_errors"]) == (0, 0), answer.stdout
    assert result["summary"]["passed"] > 100


RIGHT = "# From modules/moves.toml.\n\nmoved {\n  from = aws_a.b\n  to   = aws_a.c\n}\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        RIGHT + 'resource "aws_s3_bucket" "open" {}\n',
        RIGHT + '\nimport {\n  to = aws_a.c\n  id = "x"\n}\n',
        RIGHT.replace("aws_a.c", "module.a.aws_a.c"),
        RIGHT + "\nremoved {\n  from = aws_a.d\n  lifecycle {\n    destroy = true\n  }\n}\n",
        RIGHT.replace("\n}\n", '\n}\nprovider "aws" {}\n'),
    ],
)
def test_a_file_of_that_name_with_anything_else_is_no_verdict(
    text: str, local: Path, command: Command
) -> None:
    file = local / "stacks" / "local-cache" / NAME
    file.write_text(text)
    answer = command("gate", "--synthesized", local)
    assert answer.code == 2
    assert f"{file}: Terraform reads it, and no check does" in answer.err
    file.rename(file.with_name("other.tf"))
    assert command("gate", "--synthesized", local).code == 2
