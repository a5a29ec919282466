"""Unsafe changes are found by name, harmless ones are not."""

import json
from pathlib import Path

import pytest

from strata.gate.documents import read
from strata.gate.scan import scan_stacks
from tests.gate.changes import HARMLESS, UNSAFE, Change, Stacks

Found = dict[str, set[str]]


@pytest.fixture(scope="module")
def found(synthesized: Path, tmp_path_factory: pytest.TempPathFactory) -> Found:
    """Name of a change -> the checks that fail after it and did not before."""
    folder = tmp_path_factory.mktemp("changed")
    composed = (synthesized / "composed" / "local" / "cdk.tf.json").read_text()
    layers = {
        path.parent.name.removeprefix("local-"): path.read_text()
        for path in synthesized.glob("stacks/local-*/cdk.tf.json")
    }

    def write(name: str, change: Change) -> None:
        stacks = Stacks(json.loads(composed), {k: json.loads(v) for k, v in layers.items()})
        change(stacks)
        files = {folder / "composed" / name: stacks.composed}
        files |= {folder / "stacks" / f"{name}-{key}": one for key, one in stacks.layers.items()}
        for path, stack in files.items():
            path.mkdir(parents=True)
            (path / "cdk.tf.json").write_text(json.dumps(stack))

    for name, (_, change) in UNSAFE.items():
        write(f"unsafe {name}", change)
    for name, change in HARMLESS.items():
        write(f"harmless {name}", change)
    # A failed resource counts, not a check: another one may fail the same check, and be waived.
    failures: dict[str, set[tuple[str, str]]] = {}
    for environment in read(folder):
        for failure in scan_stacks([environment]):
            failures.setdefault(environment.name, set()).add((failure.check, failure.address))
    before = failures["harmless nothing"]
    names = [*(f"unsafe {name}" for name in UNSAFE), *(f"harmless {name}" for name in HARMLESS)]
    return {name: {check for check, _ in failures.get(name, set()) - before} for name in names}


def test_the_table_is_long_enough() -> None:
    assert len(UNSAFE) >= 40
    assert len(HARMLESS) >= len(UNSAFE)


def test_unsafe_changes_are_found_by_name(found: Found) -> None:
    missed = {
        name: check for name, (check, _) in UNSAFE.items() if check not in found[f"unsafe {name}"]
    }
    print(f"\n{len(UNSAFE) - len(missed)} unsafe changes caught, {len(missed)} missed")
    for name, (check, _) in UNSAFE.items():
        print(f"  {'missed' if name in missed else 'caught'}  {check:20} {name}")
    assert missed == {}


def test_harmless_changes_are_not_found(found: Found) -> None:
    wrong = {name: found[f"harmless {name}"] for name in HARMLESS if found[f"harmless {name}"]}
    print(f"\n{len(HARMLESS) - len(wrong)} harmless changes let through, {len(wrong)} not")
    assert wrong == {}
