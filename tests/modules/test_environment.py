"""An environment is the same, in layers or composed."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from hypothesis import HealthCheck, Phase, given, settings

from strata.gate.documents import read
from strata.gate.resolve import differences, union
from strata.settings import Settings
from tests import ROOT
from tests.drawn import drawn
from tests.modules.generated import named, some_settings, with_secrets

ENVIRONMENTS = drawn(8)
"""They are synthesized at once, since starting CDKTF takes longest."""


def environments() -> list[Settings]:
    """Environments with other settings each, the first with the simplest; always the same."""
    several: list[Settings] = []

    @settings(max_examples=ENVIRONMENTS, deadline=None, derandomize=True, database=None,
              phases=[Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(one=some_settings())
    def collect(one: Settings) -> None:
        several.append(one)

    collect()
    return several


def test_the_layers_together_are_the_composed_stack(tmp_path: Path) -> None:
    several = environments()
    assert len({one.model_dump_json() for one in several}) == ENVIRONMENTS
    files = []
    for index, one in enumerate([with_secrets(), *several]):
        files.append(tmp_path / f"{index}.toml")
        data = named(one, f"env-{index}").model_dump(exclude_none=True, by_alias=True)
        files[-1].write_text(tomli_w.dumps(data))
    # In a process of its own CDKTF numbers its tokens from 0: more figures come in the midst of it.
    subprocess.run(
        [sys.executable, "-m", "strata", "synth", *files, "--out", tmp_path], cwd=ROOT, check=True
    )
    found = {
        one.name: differences(union(one.resolved_layers), one.resolved) for one in read(tmp_path)
    }
    assert found == {f"env-{index}": [] for index in range(len(files))}


class Token(str):
    """A CDKTF token that may be put somewhere, and of which nothing may be read."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return True


def _no(self: Token, *_: object) -> Any:
    raise AssertionError(f"the code depends on the text of a token, {str.__str__(self)}")


for reading in (
    *("__lt__", "__le__", "__gt__", "__ge__", "__contains__", "__getitem__", "__iter__", "__len__"),
    *("startswith", "endswith", "split", "partition", "rpartition", "replace", "strip", "find"),
    *("lower", "upper", "removeprefix", "removesuffix"),
):
    setattr(Token, reading, _no)


def test_nothing_depends_on_the_text_of_a_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token's text is its number in order of making: it differs between layers and composed."""
    import jsii  # noqa: PLC0415 - Node starts with it
    from cdktf import App  # noqa: PLC0415

    from modules.environment import build_composed, build_layers  # noqa: PLC0415

    seen = 0
    get = jsii.get

    def guarded(obj: Any, name: str) -> Any:
        nonlocal seen
        found = get(obj, name)
        if isinstance(found, str) and "TfToken[" in found:
            seen += 1
            return Token(found)
        return found

    monkeypatch.setattr(jsii, "get", guarded)
    app = App(outdir=str(tmp_path))
    for build, name in ((build_layers, "prod"), (build_composed, "whole")):
        build(app, named(with_secrets("prod"), name))
    assert seen > 100
