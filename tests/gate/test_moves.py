"""What docs/rename-without-loss.md tells to do passes: in the gate, and in plain checkov."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from strata.synthesis.moved_blocks import NAME
from tests.gate.command import Answer, Command
from tests.synthesis.edited import MOVED, RENAMED, Project, edited, move

MOVES = [
    move("database/instance", "database/mysql"),
    move("service/log_group", "cluster/log_group"),
]


IN_TURN = """
import gc, io, json, runpy, sys
from contextlib import redirect_stderr, redirect_stdout
from multiprocessing import get_context
gc.disable()
from checkov.main import Checkov
from strata import cli
def plain_checkov():
    with open("plain.json", "w") as out, redirect_stdout(out):
        sys.exit(Checkov(sys.argv[1:]).run())
def run(name):
    if name == "strata":
        return cli.main()
    if name == "main.py":
        return runpy.run_path(name, {}, "__main__")
    # Its checks are registered for good, and the gate registers its own.
    process = get_context("fork").Process(target=plain_checkov)
    process.start()
    process.join()
    return process.exitcode
for words in json.loads(sys.argv.pop()):
    out, err = io.StringIO(), io.StringIO()
    sys.argv = words
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = run(words[0])
        except SystemExit as left:
            code = left.code
    print(json.dumps([code, out.getvalue(), err.getvalue()]), flush=True)
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
    plain: Answer


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Moved:
    folder = tmp_path_factory.mktemp("moved")
    edits = [*RENAMED, *MOVED, *MOVES]
    before, after, project = (edited(folder / name, edits) for name in ("before", "after", "local"))
    for name in ("dev", "staging", "prod"):
        (project.root / "envs" / f"{name}.toml").unlink()
    file = after.root / "policies" / "waivers.toml"
    text = file.read_text()
    for old, new in (("database/instance", "database/mysql"), ("service/log_", "cluster/log_")):
        assert f'resource = "{old}' in text
        text = text.replace(f'resource = "{old}', f'resource = "{new}')
    file.write_text(text)
    out = str(project.root / "out")
    strata = ["strata", "--project", str(after.root)]
    commands = [
        ["main.py"],
        ["checkov", "-d", "cdktf.out/stacks", "--config-file", ".checkov.yaml", "-o", "json"],
        [*strata, "synth", "local", "dev", "--out", out],
        ["strata", "--project", str(before.root), "gate", "--synthesized", out],
        [*strata, "gate", "--synthesized", out],
        [*strata, "gate", "local"],
    ]
    answer = project.python("-c", IN_TURN, json.dumps(commands))
    assert answer.returncode == 0, answer.stderr
    answers = [Answer(*json.loads(line)) for line in answer.stdout.splitlines()]
    main, plain, synthesized, forgotten, judged_again, judged = answers
    assert (synthesized.code, main.code) == (0, 0), (synthesized, main)
    return Moved(project, forgotten, judged, judged_again, plain)


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
    assert {path.name for path in (root / "cdktf.out" / "stacks").iterdir()} == {
        path.name for path in (root / "out" / "stacks").glob("local-*")
    }
    for stack in (root / "out" / "stacks").glob("local-*/cdk.tf.json"):
        plain = root / "cdktf.out" / "stacks" / stack.parent.name / stack.name
        assert plain.read_bytes() == stack.read_bytes(), "strata synth writes the same"
    result = json.loads((root / "plain.json").read_text())
    assert (moved.plain.code, result["summary"]["parsing_errors"]) == (0, 0), result
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
