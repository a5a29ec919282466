"""What a review keeps, what it refuses, and that no secret is in it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from strata.documents.layers import LAYERS
from strata.errors import UsageError
from strata.review import record
from strata.review.record import Basis, Code, Review, Tools
from strata.settings import load
from strata.state.states import StateIdentity
from tests import ROOT

Json = dict[str, Any]

STATE = StateIdentity(lineage="0ec90626-be67", serial=2)
BASIS = Basis(
    environment="local",
    settings="a",
    code=Code(digest="b", commit=None),
    tools=Tools(terraform="1.11.4", provider="5.100.0", cdktf="0.21.0"),
    states={"network": STATE, "edge": None},
)
PLAN: Json = {"format_version": "1.2", "resource_changes": []}


def changed(**fields: Any) -> Basis:
    return BASIS.model_copy(update=fields)


CHANGED = [
    (changed(environment="dev"), "environment"),
    (changed(settings="other"), "settings"),
    (changed(code=Code(digest="other", commit=None)), "code"),
    (changed(tools=Tools(terraform="1.12.0", provider="5.100.0", cdktf="0.21.0")), "1.12.0"),
    (changed(tools=Tools(terraform="1.11.4", provider="6.0.0", cdktf="0.21.0")), "6.0.0"),
    (changed(tools=Tools(terraform="1.11.4", provider="5.100.0", cdktf="1")), "CDKTF"),
    (changed(states={"network": STATE.model_copy(update={"serial": 3}), "edge": None}),
     "serial 2 of 0ec90626 in the review, serial 3"),
    (changed(states={"network": StateIdentity(lineage="new", serial=2), "edge": None}), "new"),
    (changed(states={"network": STATE, "edge": STATE}), "edge: none in the review"),
    (changed(states={"network": None, "edge": None}), "none now"),
]  # fmt: skip


def test_a_review_is_stale_when_anything_it_rests_on_changed() -> None:
    for now, word in CHANGED:
        found = record.outdated(BASIS, now)
        assert len(found) == 1, word
        assert word in found[0], word


def test_edited_settings_are_named_with_both_values() -> None:
    was = {"service": {"cpu": 256, "hosts": ["a"]}, "tags": {}}
    now = {"service": {"cpu": 512, "hosts": ["a", "b"]}, "tags": {"team": "shop"}}
    found = record.outdated(changed(values=was), changed(settings="other", values=now))
    assert found == [
        "the settings were changed since the review",
        "  service.cpu: 256 in the review, 512 now",
        '  service.hosts: ["a"] in the review, ["a", "b"] now',
        '  tags.team: none in the review, "shop" now',
    ]


def test_another_commit_with_the_same_code_is_the_same() -> None:
    assert record.outdated(BASIS, changed(code=Code(digest="b", commit="c"))) == []


def test_the_digest_of_settings_is_of_values_not_of_writing() -> None:
    settings = load("local")
    again = type(settings).model_validate(settings.model_dump())
    assert record.settings_digest(settings) == record.settings_digest(again)
    other = settings.model_copy(
        update={"service": settings.service.model_copy(update={"image_tag": "2"})}
    )
    assert record.settings_digest(settings) != record.settings_digest(other)


def test_the_digest_of_the_code_follows_every_file_that_terraform_reads(
    synthesized: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(synthesized, out)
    seen = {record.stacks_digest(out, "local")}
    stacks = [f"stacks/local-{layer}" for layer in LAYERS]
    for folder in (*stacks, "composed/local"):
        for name in ("cdk.tf.json", "moved.tf"):
            with (out / folder / name).open("a") as file:
                file.write(" ")
            digest = record.stacks_digest(out, "local")
            assert digest not in seen, f"{folder}/{name}"
            seen.add(digest)
    for other in ("stacks/dev-network/cdk.tf.json", "composed/dev/cdk.tf.json", "manifest.json"):
        (out / other).write_text("{}")
        (out / "stacks" / "local-edge" / ".terraform.lock.hcl").write_text("a")
    assert record.stacks_digest(out, "local") == digest


DIGESTS = """
import sys
from pathlib import Path

def digest(out):
    from strata.machine.folders import project
    from strata.review.record import stacks_digest
    from strata.settings import load
    from strata.synthesis.synthesize import synthesize
    assert project() == Path.cwd()
    synthesize([load("local")], out)
    print(stacks_digest(out, "local"), flush=True)

for number, _ in enumerate(sys.stdin):
    # What is not CDKTF's, which takes longest, is imported anew.
    for name in [name for name in sys.modules if name.partition(".")[0] in ("strata", "modules")]:
        del sys.modules[name]
    digest(Path(f"out{number}"))
"""
"""The digest of what the code in the current folder makes now, for each line that it reads."""


def test_a_price_a_picture_and_a_check_make_no_review_stale_and_a_module_does(
    synthesized: Path, tmp_path: Path
) -> None:
    root = tmp_path / "project"
    for name in ("strata", "modules", "policies", "envs"):
        shutil.copytree(ROOT / name, root / name)
    for name in (".terraform-version", ".terraform.lock.hcl", "main.py", "cdktf.json"):
        shutil.copy(ROOT / name, root)

    before = record.stacks_digest(synthesized, "local")
    harmless = ["strata/cost/prices.json", "policies/waivers.toml", "envs/dev.toml"]
    harmless += ["strata/gate/report.py", "strata/review/report.py", "modules/network.py"]
    views = [root / "strata" / "views" / "page.html"]
    views += (root / "strata" / "map" / "templates").iterdir()
    assert len(views) > 3
    for file in (*(root / one for one in harmless), *views):
        with file.open("a") as end:
            end.write("\n")
    with subprocess.Popen(
        [sys.executable, "-c", DIGESTS],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write("\n")
        assert process.stdout.readline().strip() == before
        module = root / "modules" / "database.py"
        module.write_text(module.read_text().replace("MySQL of", "MySQL for"))
        process.stdin.write("\n")
        assert process.stdout.readline().strip() not in (before, "")


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    folder = tmp_path / "below" / "review"
    made = record.write(folder, BASIS, PLAN, {"report.md": "a"})
    found, plan = record.read(folder)
    assert found == made
    assert plan.changes == ()
    assert (folder / "report.md").read_text() == "a"
    assert set(Review.model_json_schema()["properties"]) == {"format", "made", "basis", "plan"}


def test_a_review_takes_the_place_of_another_and_of_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "review"
    record.write(folder, BASIS, PLAN, {"old": ""})
    record.write(folder, BASIS, PLAN, {"new": ""})
    assert not (folder / "old").exists()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["review"]
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("a")
    for place in (mine, mine / "thesis.txt"):
        with pytest.raises(UsageError):
            record.write(place, BASIS, PLAN, {})
    assert (mine / "thesis.txt").read_text() == "a"


def test_a_plan_that_was_edited_is_no_review(tmp_path: Path) -> None:
    folder = tmp_path / "review"
    record.write(folder, BASIS, PLAN, {})
    (folder / "plan.json").write_text(json.dumps({**PLAN, "edited": True}))
    with pytest.raises(UsageError, match="not the plan that was reviewed"):
        record.read(folder)


@pytest.mark.parametrize("content", [None, "{}", "not JSON"])
def test_what_is_no_review_says_how_to_make_one(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "review.json").write_text(content)
    with pytest.raises(UsageError) as error:
        record.read(tmp_path)
    assert "strata plan ENV --out" in str(error.value.hint)
