"""What `synthesize` writes, beyond the content of single layers."""

import contextlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from modules import environment
from strata.documents.layers import LAYERS
from strata.settings import load
from strata.synthesis import synthesize as module
from strata.synthesis.moves import Move
from strata.synthesis.synthesize import synthesize, synthesize_composed
from tests.synthesis.edited import edited

Json = dict[str, Any]
ENVIRONMENTS = ("local", "dev", "staging", "prod")


def resources(stack: Json) -> dict[str, Json]:
    return {
        f"{kind}.{name}": {k: v for k, v in body.items() if k != "//"}
        for kind, named in stack.get("resource", {}).items()
        for name, body in named.items()
    }


def test_every_environment_has_a_stack_for_every_layer(synthesized: Path) -> None:
    names = {path.parent.name for path in synthesized.glob("stacks/*/cdk.tf.json")}
    assert names == {f"{env}-{layer}" for env in ENVIRONMENTS for layer in LAYERS}


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_the_composed_stack_holds_exactly_the_layers_resources(
    env: str, stack: Callable[[str], Json], composed: Callable[[str], Json]
) -> None:
    layers = [set(resources(stack(f"{env}-{layer}"))) for layer in LAYERS]
    assert sum(map(len, layers)) == len(set().union(*layers))
    assert set().union(*layers) == set(resources(composed(env)))
    assert "backend" not in composed(env)["terraform"]


@pytest.mark.parametrize("env", ENVIRONMENTS)
def test_state_is_locked_encrypted_and_of_its_own(env: str, stack: Callable[[str], Json]) -> None:
    for layer in LAYERS:
        backend = stack(f"{env}-{layer}")["terraform"]["backend"]["s3"]
        assert backend["key"] == f"{env}/{layer}.tfstate"
        assert backend["use_lockfile"] is True
        assert backend["encrypt"] is True
    sources = stack(f"{env}-service")["data"]["terraform_remote_state"]
    assert not any("use_lockfile" in source["config"] for source in sources.values())


def test_layers_read_only_those_they_are_said_to_need(stack: Callable[[str], Json]) -> None:
    for layer, needs in LAYERS.items():
        sources = stack(f"local-{layer}").get("data", {}).get("terraform_remote_state", {})
        keys = {source["config"]["key"] for source in sources.values()}
        assert keys <= {f"local/{need}.tfstate" for need in needs}


def test_other_accounts_are_refused(stack: Callable[[str], Json]) -> None:
    assert stack("prod-network")["provider"]["aws"][0]["allowed_account_ids"] == ["333333333333"]


def test_what_takes_tags_carries_ours(composed: Callable[[str], Json]) -> None:
    tagged = {k: v["tags"] for k, v in resources(composed("prod")).items() if "tags" in v}
    assert len(tagged) > 60
    for address, tags in tagged.items():
        layer = address.split(".")[1].split("_")[0]
        assert {**tags, "Name": ""} == {
            "Project": "shop", "Environment": "prod", "Layer": layer, "ManagedBy": "strata",
            "Name": "",
        }, address  # fmt: skip


def test_local_differs_from_dev_only_by_values_and_the_shells_of_dev(
    composed: Callable[[str], Json],
) -> None:
    local, dev = (set(resources(composed(name))) for name in ("local", "dev"))
    assert local - dev == set()
    # `exec` of the service, whose default `local` has.
    assert dev - local == {
        "aws_cloudwatch_log_group.cluster_exec_log_group",
        "aws_iam_role_policy.service_exec_policy",
    }
    assert "endpoints" not in json.dumps(composed("local")["provider"])


def files(folder: Path) -> dict[str, bytes]:
    """The files of the stacks of `local` below a folder."""
    found = [*folder.glob("stacks/local-*/*"), *folder.glob("composed/local/*")]
    return {str(one.relative_to(folder)): one.read_bytes() for one in found}


def test_the_composed_stack_may_be_written_first(synthesized: Path, tmp_path: Path) -> None:
    layers = synthesize_composed(load("local"), tmp_path)
    assert set(files(tmp_path)) == {
        "composed/local/cdk.tf.json", "composed/local/.terraform.lock.hcl"
    }  # fmt: skip
    layers()
    assert files(tmp_path) == files(synthesized)


def test_what_another_process_reads_meanwhile_stays_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two plans at once are synthesized to one folder."""
    monkeypatch.setattr(module, "read", lambda: (MOVE,))
    settings = [load("local")]
    synthesize(settings, tmp_path)
    read = [tmp_path / name for name in files(tmp_path)]
    assert {path.name for path in read} == {"cdk.tf.json", "moved.tf", ".terraform.lock.hcl"}
    optional = tmp_path / "stacks" / "local-alarms" / "cdk.tf.json"
    optional.parent.mkdir()
    optional.write_text("{}")
    there, write_layers = [], environment.write_layers

    def seen(*arguments: Any) -> Path:
        made = write_layers(*arguments)
        there.append(optional.exists())
        return made

    monkeypatch.setattr(environment, "write_layers", seen)
    with contextlib.ExitStack() as readers:
        for path in read:
            path.write_text("of before")
        opened = [readers.enter_context(path.open()) for path in read]
        synthesize(settings, tmp_path)
        assert {one.read() for one in opened} == {"of before"}
    assert "of before" not in {path.read_text() for path in read}
    assert (there, optional.exists()) == ([True], False)
    assert {path.name for path in tmp_path.iterdir()} == {"stacks", "composed", "manifest.json"}


MOVE = Move.model_validate({
    "from": "database/before", "to": "database/instance", "since": date(2026, 11, 24),
    "reason": "A name that says what it is",
})  # fmt: skip


def test_what_moved_is_beside_the_composed_stack_that_is_written_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "read", lambda: (MOVE,))
    layers = synthesize_composed(load("local"), tmp_path)
    written = files(tmp_path)
    assert b"aws_db_instance.database_before" in written["composed/local/moved.tf"]
    layers()
    assert files(tmp_path) == written


WRONG_IN_TURN = """
import contextlib, io, json, runpy, sys
from pathlib import Path
for files in json.loads(sys.argv.pop()):
    for file, text in files.items():
        Path(file).write_text(text) if text else Path(file).unlink()
    said, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(errors):
        try:
            runpy.run_path("main.py", run_name="__main__")
        except SystemExit as ended:
            code = ended.code
    print(json.dumps([code, said.getvalue(), Path("cdktf.out").exists(), errors.getvalue()]))
"""
"""Runs the app with files changed, and again with others, and prints what came of each; each alone
would start Node. An empty text stands for no file."""


def test_plain_cdktf_writes_nothing_from_what_is_wrong(tmp_path: Path) -> None:
    """Not the JSON without its `moved.tf`, by which Terraform would destroy what was renamed."""
    project = edited(tmp_path, [])
    right = (tmp_path / "envs/local.toml").read_text()
    changes = [
        {"envs/local.toml": right.replace("region =", "regio =")},
        {"envs/local.toml": right, "modules/moves.toml": "[[move]]\n"},
        {f"envs/{file.name}": "" for file in (tmp_path / "envs").glob("*.toml")},
    ]
    answer = project.python("-c", WRONG_IN_TURN, json.dumps(changes))
    assert answer.returncode == 0, answer.stderr
    told = []
    for line in answer.stdout.splitlines():
        *found, errors = json.loads(line)
        assert found == [2, "", False], errors
        told.append(errors.splitlines())
    assert told[0][1] == "envs/local.toml:4: environment.region"
    assert told[1][1] == "modules/moves.toml:1: move[0].from"
    assert told[2] == ["error: envs/ has no settings file", "hint: docs/aws.md begins with one"]
