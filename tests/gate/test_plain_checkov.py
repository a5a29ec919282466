"""Plain checkov, for someone without `strata`: the same checks, as far as it can see.

And what docs/rename-without-loss.md tells to do passes there as it does in the gate.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from strata.gate.documents import read
from strata.gate.resolve import resolved
from strata.gate.scan import Failure, scan_stacks
from strata.gate.waivers import read as read_waivers
from strata.settings import load
from strata.synthesis.moved_blocks import NAME
from strata.synthesis.synthesize import synthesize
from tests import ROOT
from tests.gate.command import Answer
from tests.synthesis.edited import MOVED, RENAMED, Project, edited, move

CONFIG = ROOT / ".checkov.yaml"
BLOGGED = ROOT / "tests" / "as-blogged.toml"
FULL = ROOT / "examples" / "full.toml"
FOUR = ("local", "dev", "staging", "prod")
MOVES = [
    move("database/instance", "database/mysql"),
    move("service/log_group", "cluster/log_group"),
]

IN_TURN = """
import gc, io, json, os, runpy, sys
from contextlib import redirect_stderr, redirect_stdout
from multiprocessing import get_context
gc.disable()
from checkov.main import Checkov
context = get_context("fork")
commands = json.loads(sys.argv.pop())
class Plain:
    def __init__(self, folder, words):
        self.turn = context.Event()
        self.process = context.Process(target=self.work, args=(folder, words), daemon=True)
        self.process.start()
    def work(self, folder, words):
        if not self.turn.wait(300):
            sys.exit("it was never this command's turn")
        os.chdir(folder)
        sys.argv = words
        with open("plain.json", "w") as out, redirect_stdout(out):
            sys.exit(Checkov(words[1:]).run())
    def run(self):
        self.turn.set()
        self.process.join()
        return self.process.exitcode
# Each in a process of its own, which nothing of Strata's is in.
plain = {folder: Plain(folder, words) for folder, *words in commands if words[0] == "checkov"}
from strata import cli
def run(folder, words):
    if words[0] == "checkov":
        return plain[folder].run()
    sys.argv = words
    return cli.main() if words[0] == "strata" else runpy.run_path(words[0], {}, "__main__")
for folder, *words in commands:
    out, err = io.StringIO(), io.StringIO()
    os.chdir(folder)
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = run(folder, words)
        except SystemExit as left:
            code = left.code
    print(json.dumps([code, out.getvalue(), err.getvalue()]), flush=True)
"""
"""Runs commands one after the other, each in a folder, where each alone would import checkov and
start Node. Without Python's collector, which would take 0.2 of checkov's time."""


@dataclass(frozen=True)
class Unskipped:
    """What fails, by folder, where `.checkov.yaml` skips nothing: checks, each with the name of a
    resource; and what it skips."""

    code: int
    failed: dict[str, set[tuple[str, str]]]
    skipped: list[str]

    def of(self, *environments: str) -> set[str]:
        """The checks that failed in the layers of some environments."""
        return {
            check
            for folder, failed in self.failed.items()
            for check, _ in failed
            if folder.rpartition("-")[0] in environments
        }


@pytest.fixture(scope="module")
def more(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The synthesis of the reference, and of the example with every section: some waivers are for
    what none of the four has."""
    folder = tmp_path_factory.mktemp("more")
    synthesize([load(str(FULL)), load(str(BLOGGED))], folder)
    return folder


@pytest.fixture(scope="module")
def found(synthesized: Path, more: Path) -> frozenset[Failure]:
    """What the gate finds before anything is waived, except in the reference."""
    return scan_stacks([*read(synthesized), *read(more, ["full"])])


@dataclass(frozen=True)
class Everything:
    """A folder with all layers, as `python main.py` writes them too, and with what the gate reads
    of two environments, which is whole; and `.checkov.yaml` without what it skips."""

    folder: Path
    skipped: list[str]


@pytest.fixture(scope="module")
def everything(
    synthesized: Path, more: Path, tmp_path_factory: pytest.TempPathFactory
) -> Everything:
    # Elsewhere, since checkov reads the `.checkov.yaml` of the folder it runs in as well.
    folder = tmp_path_factory.mktemp("everything")
    assert len(list((synthesized / "stacks").glob("*/cdk.tf.json"))) == 28
    for layers in (synthesized / "stacks", more / "stacks"):
        shutil.copytree(layers, folder / "stacks", dirs_exist_ok=True)
    for whole in read(synthesized, ["local", "prod"]):
        file = folder / "stacks" / f"whole {whole.name}" / "cdk.tf.json"
        file.parent.mkdir()
        file.write_text(json.dumps(resolved(whole.composed)))
    config, _, listed = CONFIG.read_text().partition("skip-check:\n")
    (folder / ".checkov.yaml").write_text(config.replace("- policies", f"- {ROOT / 'policies'}"))
    return Everything(folder, [line.removeprefix("  - ") for line in listed.splitlines()])


@dataclass(frozen=True)
class Moved:
    """Our code with a construct renamed, another one in another layer, and both written down."""

    project: Project
    before: Project
    """With the waivers of the old paths."""
    after: Project
    """With those of the new."""


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Moved:
    folder = tmp_path_factory.mktemp("moved")
    edits = [*RENAMED, *MOVED, *MOVES]
    project, before, after = (edited(folder / name, edits) for name in ("plain", "before", "after"))
    for name in FOUR[2:]:  # what they would show, the other two do
        (project.root / "envs" / f"{name}.toml").unlink()
    file = after.root / "policies" / "waivers.toml"
    text = file.read_text()
    for old, new in (("database/instance", "database/mysql"), ("service/log_", "cluster/log_")):
        assert f'resource = "{old}' in text
        text = text.replace(f'resource = "{old}', f'resource = "{new}')
    file.write_text(text)
    return Moved(project, before, after)


@dataclass(frozen=True)
class Answers:
    """What the commands say: checkov of everything and of the moved project, the gate with the
    waivers of the old paths and with those of the new."""

    everything: Answer
    plain: Answer
    forgotten: Answer
    judged_again: Answer
    judged: Answer


@pytest.fixture(scope="module")
def answers(everything: Everything, moved: Moved) -> Answers:
    here = str(moved.project.root)
    out = str(moved.project.root / "out")
    before = ["strata", "--project", str(moved.before.root)]
    after = ["strata", "--project", str(moved.after.root)]
    told = ["--config-file", ".checkov.yaml", "-o", "json"]
    commands = [
        [str(everything.folder), "checkov", "-d", "stacks", *told],
        [here, "main.py"],
        [here, "checkov", "-d", "cdktf.out/stacks", *told],
        [here, *after, "synth", "local", "dev", "--out", out],
        [here, *before, "gate", "--synthesized", out],
        [here, *after, "gate", "--synthesized", out],
        [here, *after, "gate", "local"],
    ]
    answer = moved.project.python("-c", IN_TURN, json.dumps(commands))
    # checkov goes on where it cannot load a check, and tells it here.
    assert (answer.returncode, answer.stderr) == (0, "")
    whole, main, plain, synthesized, *gate = (
        Answer(*json.loads(line)) for line in answer.stdout.splitlines()
    )
    assert (synthesized.code, main.code) == (0, 0), (synthesized, main)
    return Answers(whole, plain, *gate)


@pytest.fixture(scope="module")
def unskipped(everything: Everything, answers: Answers) -> Unskipped:
    result = json.loads((everything.folder / "plain.json").read_text())
    assert result["summary"]["passed"] > 100
    assert result["summary"]["parsing_errors"] == 0
    failed: dict[str, set[tuple[str, str]]] = {}
    for one in result["results"]["failed_checks"]:
        place = one["file_path"].strip("/").split("/")[0]
        name = one["resource"].rpartition(".")[2]
        failed.setdefault(place, set()).add((one["check_id"], name))
    return Unskipped(answers.everything.code, failed, everything.skipped)


def test_it_passes_the_four_environments(unskipped: Unskipped) -> None:
    """With what its configuration skips, as the run over the moved project has it."""
    assert unskipped.of(*FOUR) - {*unskipped.skipped} == set()


def test_it_refuses_the_reference_by_name(unskipped: Unskipped) -> None:
    assert unskipped.code == 1
    assert unskipped.of("as-blogged") - {*unskipped.skipped} >= {
        "STRATA_REDIS_1", "STRATA_REDIS_2", "STRATA_REDIS_3", "STRATA_LISTENER_1",
        "STRATA_DB_2", "STRATA_DB_3", "STRATA_INSTANCE_1", "STRATA_INSTANCE_2",
        "STRATA_CONTAINER_3", "STRATA_CONTAINER_4", "STRATA_CONTAINER_7", "STRATA_ECR_1",
    }  # fmt: skip


def test_it_skips_what_is_waived_and_what_it_cannot_see_across_layers_and_no_more(
    unskipped: Unskipped, found: frozenset[Failure]
) -> None:
    assert unskipped.skipped == sorted(unskipped.of(*FOUR, "full"))
    seen_as_a_whole = {one.check for one in found}
    assert {one.check for one in read_waivers()} == seen_as_a_whole
    assert set(unskipped.skipped) >= seen_as_a_whole


@pytest.mark.parametrize("name", ["local", "prod"])
def test_the_gate_finds_all_that_the_checkov_command_finds(
    name: str, unskipped: Unskipped, found: frozenset[Failure]
) -> None:
    theirs = unskipped.failed[f"whole {name}"]
    failures = [one for one in found if one.environment == name]
    assert len(theirs) > 10
    assert {(one.check, one.address.rpartition(".")[2]) for one in failures} == theirs
    waivers = read_waivers()
    assert [one for one in failures if not any(waiver.is_about(one) for waiver in waivers)] == []


def test_waivers_that_were_forgotten_are_named(answers: Answers) -> None:
    answer = answers.forgotten
    assert answer.code == 2
    assert "CKV_AWS_129 matches nothing" in answer.err
    assert 'resource = "database/instance"' in answer.err
    assert NAME not in answer.err


def test_the_gate_judges_what_was_renamed_and_moved(moved: Moved, answers: Answers) -> None:
    assert answers.judged.code == 0, answers.judged
    for place in ("stacks/local-database", "stacks/local-service", "composed/local"):
        assert (moved.project.root / "out" / place / NAME).exists()
    assert answers.judged_again.code == 0, answers.judged_again


def test_plain_checkov_does_as_it_is_told(moved: Moved, answers: Answers) -> None:
    """Over what `python main.py` wrote."""
    root = moved.project.root
    assert (root / "cdktf.out" / "stacks" / "local-database" / NAME).exists()
    assert len(list((root / "cdktf.out" / "stacks").glob("*/cdk.tf.json"))) == 14
    for stack in (root / "out" / "stacks").glob("*/cdk.tf.json"):
        plain = root / "cdktf.out" / "stacks" / stack.parent.name / stack.name
        assert plain.read_bytes() == stack.read_bytes(), "strata synth writes the same"
    result = json.loads((root / "plain.json").read_text())
    assert (answers.plain.code, result["summary"]["parsing_errors"]) == (0, 0), result
    assert result["summary"]["passed"] > 100
