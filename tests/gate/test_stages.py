"""A waiver for a stage holds in every environment of it, and in no other."""

import json
import re
from pathlib import Path

import pytest

from strata.gate.report import Report
from strata.machine.folders import CHOSEN, Folders
from strata.settings import load
from strata.synthesis.synthesize import synthesize
from strata.views.text import gate as terminal
from tests import ROOT
from tests.gate.command import Command
from tests.synthesis.edited import edited

EXPLANATIONS = ("name", "stage", "region", "account_id", "state_bucket", "domain", "image_tag")
"""The keys that docs/aws.md tells to set in a copy."""


def copied(source: str, name: str) -> str:
    """The settings of an environment of ours under another name, as docs/aws.md tells it."""
    text = (ROOT / "envs" / f"{source}.toml").read_text()
    values = {
        "name": name, "region": "eu-west-1", "account_id": "444444444444",
        "state_bucket": f"acme-{name}-state", "domain": f"{name}.acme.example",
        "image_tag": "2.0.0",
    }  # fmt: skip
    for key, value in values.items():
        # Once: schedules have names too.
        text, count = re.subn(rf'^{key} = ".*"$', f'{key} = "{value}"', text, count=1, flags=re.M)
        assert count, key
    return text.replace("eu-central-1", "eu-west-1")


def test_the_guide_tells_which_keys_to_set() -> None:
    step = (ROOT / "docs" / "aws.md").read_text().split("\n2. ")[0]
    assert [key for key in EXPLANATIONS if f"`{key}`" not in step] == []


def test_a_copied_environment_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    """In a project that has them beside ours, whose names the waivers know."""
    project = edited(tmp_path / "project", [])
    for source, name in (("dev", "shop"), ("staging", "rehearsal"), ("prod", "live")):
        (project.root / "envs" / f"{name}.toml").write_text(copied(source, name))
    monkeypatch.chdir(project.root)
    monkeypatch.setattr(CHOSEN, "folders", Folders.of(project.root))
    answer = command("gate", "shop", "rehearsal", "live")
    assert answer.code == 0, answer.out + answer.err
    assert answer.out.endswith("live, rehearsal, shop: clean\n")
    assert "warning" not in answer.out


def test_settings_that_say_no_stage_are_told_the_key(tmp_path: Path, command: Command) -> None:
    file = tmp_path / "shop.toml"
    text = copied("dev", "shop")
    file.write_text(text.replace('stage = "development"\n', ""))
    answer = command("gate", file, "--format", "json")
    assert answer.code == 1
    assert json.loads(answer.out)["warnings"]
    said = " ".join(terminal.text(Report.model_validate_json(answer.out)).split())
    assert "warning: shop: its settings do not say environment.stage" in said
    assert "judged as production; some of these findings are waived for development" in said


def test_what_is_waived_in_development_is_not_in_production(
    tmp_path: Path, command: Command
) -> None:
    file = tmp_path / "shop.toml"
    file.write_text(copied("dev", "shop").replace('"development"', '"production"'))
    answer = command("gate", file)
    assert answer.code == 1
    for check in ("CKV_AWS_293", "CKV_AWS_150", "CKV_AWS_338", "CKV_AWS_157", "CKV2_AWS_50"):
        assert check in answer.out.partition("waived in policies")[0]
    assert "warning" not in answer.out


def test_synthesized_json_says_its_stage(tmp_path: Path, command: Command) -> None:
    file = tmp_path / "shop.toml"
    file.write_text(copied("dev", "shop"))
    out = tmp_path / "out"
    synthesize([load(str(file))], out)
    assert command("gate", "--synthesized", out).code == 0
    for path in out.rglob("cdk.tf.json"):
        stack = json.loads(path.read_text())
        del stack["//"]["stage"]
        path.write_text(json.dumps(stack))
    answer = command("gate", "--synthesized", out)
    assert answer.code == 1
    assert "CKV_AWS_293" in answer.out


def test_json_of_another_stage_than_its_settings_is_no_verdict(
    local: Path, command: Command
) -> None:
    file = local / "composed" / "local" / "cdk.tf.json"
    file.write_text(file.read_text().replace('"stage": "development"', '"stage": "production"'))
    answer = command("gate", "--synthesized", local)
    assert answer.code == 2
    assert f"{file}: was synthesized as production" in answer.err
    assert "environment.stage = development" in answer.err
