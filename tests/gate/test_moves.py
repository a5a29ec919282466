"""What docs/rename-without-loss.md tells to do passes: in the gate, and in plain checkov."""

import json
import subprocess
from pathlib import Path

import pytest

from strata.synthesis.moved_blocks import NAME
from tests.gate.command import Command
from tests.gate.test_plain_checkov import CHECKOV
from tests.synthesis.edited import MOVED, RENAMED, Project, edited, move

MOVES = [
    move("database/instance", "database/mysql"),
    move("service/log_group", "cluster/log_group"),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Our code with a construct renamed, another one in another layer, and both written down."""
    return edited(tmp_path_factory.mktemp("moved") / "project", [*RENAMED, *MOVED, *MOVES])


@pytest.fixture(scope="module")
def waived(project: Project) -> Project:
    """The same with the waivers of both under their new paths."""
    file = project.root / "policies" / "waivers.toml"
    text = file.read_text()
    for old, new in (("database/instance", "database/mysql"), ("service/log_", "cluster/log_")):
        assert f'resource = "{old}' in text
        text = text.replace(f'resource = "{old}', f'resource = "{new}')
    file.write_text(text)
    return project


def test_waivers_that_were_forgotten_are_named(project: Project) -> None:
    answer = project.python("-m", "strata", "gate", "local", "dev")
    assert answer.returncode == 2
    assert "CKV_AWS_129 matches nothing" in answer.stderr
    assert 'resource = "database/instance"' in answer.stderr
    assert NAME not in answer.stderr


def test_the_gate_judges_what_was_renamed_and_moved(waived: Project) -> None:
    answer = waived.python("-m", "strata", "gate", "local")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    out = waived.synthesize()
    for place in ("stacks/local-database", "stacks/local-service", "composed/local"):
        assert (out / place / NAME).exists()
    answer = waived.python("-m", "strata", "gate", "--synthesized", str(out))
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_plain_checkov_does_as_it_is_told(waived: Project) -> None:
    answer = waived.python("main.py")
    assert answer.returncode == 0, answer.stderr
    assert (waived.root / "cdktf.out" / "stacks" / "local-database" / NAME).exists()
    answer = subprocess.run(
        [CHECKOV, "-d", "cdktf.out/stacks", "--config-file", ".checkov.yaml", "-o", "json"],
        cwd=waived.root, capture_output=True, text=True, check=False,
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
