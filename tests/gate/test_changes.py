"""Unsafe changes are found by name, harmless ones are not.

Changes of different blocks are judged together. What that leaves open is judged alone: an unsafe
change whose check does not fail in the blocks that it writes, and every harmless one of a group in
which anything fails.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from strata.gate.documents import read
from strata.gate.scan import Failure, scan_stacks
from tests.gate.changes import HARMLESS, UNSAFE, Change, Stacks
from tests.gate.together import groups


@dataclass(frozen=True)
class Judge:
    """Judges `local` with changes; holds its stacks as texts, and works in an empty folder."""

    folder: Path
    composed: str
    layers: Mapping[str, str]

    def stacks(self, *changes: Change) -> Stacks:
        layers = {name: json.loads(text) for name, text in self.layers.items()}
        stacks = Stacks(json.loads(self.composed), layers)
        for change in changes:
            change(stacks)
        return stacks

    def failures(self, *changes: Change) -> set[Failure]:
        stacks = self.stacks(*changes)
        folder = self.folder / str(len(list(self.folder.iterdir())))
        files = {folder / "composed" / "local": stacks.composed}
        files |= {folder / "stacks" / f"local-{name}": one for name, one in stacks.layers.items()}
        for path, stack in files.items():
            path.mkdir(parents=True)
            (path / "cdk.tf.json").write_text(json.dumps(stack))
        return set(scan_stacks(read(folder)))


@pytest.fixture(scope="module")
def judge(synthesized: Path, tmp_path_factory: pytest.TempPathFactory) -> Judge:
    layers = {
        path.parent.name.removeprefix("local-"): path.read_text()
        for path in synthesized.glob("stacks/local-*/cdk.tf.json")
    }
    composed = (synthesized / "composed" / "local" / "cdk.tf.json").read_text()
    return Judge(tmp_path_factory.mktemp("changed"), composed, layers)


@pytest.fixture(scope="module")
def before(judge: Judge) -> set[tuple[str, str]]:
    """What fails without a change. A failed resource counts, not a check: another one may fail the
    same check, and be waived."""
    return {_failed(failure) for failure in judge.failures()}


def _failed(failure: Failure) -> tuple[str, str]:
    return failure.check, failure.address


def test_the_table_is_long_enough() -> None:
    assert len(UNSAFE) >= 40
    assert len(HARMLESS) >= len(UNSAFE)


def test_unsafe_changes_are_found_by_name(judge: Judge, before: set[tuple[str, str]]) -> None:
    changes = {name: change for name, (_, change) in UNSAFE.items()}
    found: dict[str, set[str]] = {}
    for group in groups(changes, judge.stacks):
        failures = judge.failures(*(changes[name] for name in group))
        new = [failure for failure in failures if _failed(failure) not in before]
        for name, written in group.items():
            found[name] = {one.check for one in new if (one.address or one.construct) in written}
    alone = [name for name, (check, _) in UNSAFE.items() if check not in found[name]]
    for name in alone:
        failures = judge.failures(changes[name])
        found[name] = {one.check for one in failures if _failed(one) not in before}
    missed = {name: check for name, (check, _) in UNSAFE.items() if check not in found[name]}
    print(f"\n{len(UNSAFE) - len(missed)} unsafe changes caught, {len(missed)} missed")
    for name, (check, _) in UNSAFE.items():
        print(f"  {'missed' if name in missed else 'caught'}  {check:20} {name}")
    assert missed == {}


def test_harmless_changes_are_not_found(judge: Judge, before: set[tuple[str, str]]) -> None:
    def found(names: Sequence[str]) -> set[str]:
        failures = judge.failures(*(HARMLESS[name] for name in names))
        return {failure.check for failure in failures if _failed(failure) not in before}

    suspect = [
        name for group in groups(HARMLESS, judge.stacks) if found([*group]) for name in group
    ]
    wrong = {name: checks for name in suspect if (checks := found([name]))}
    print(f"\n{len(HARMLESS) - len(wrong)} harmless changes let through, {len(wrong)} not")
    assert wrong == {}
