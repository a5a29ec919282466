"""Names of resources: made in Node, and the same as those that Python expects."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cdktf import App, TerraformOutput, TerraformVariable, Token
from constructs import Construct
from jsii._runtime import kernel

from modules import environment_stack
from modules.environment_stack import EnvironmentStack
from strata.documents.layers import logical_id


@pytest.mark.parametrize(
    "path",
    [
        ["output"],
        ["network", "vpc"],
        ["network", "public-subnet", "us-east-1a"],
        ["edge", "a.b c", "--"],
        ["service", "_x_", "y__z"],
        ["own", "größe", "Ωmega"],
        ["own", "\N{HAMMER}\N{HAMMER}", "1"],
    ],
    ids="/".join,
)
def test_node_names_an_element_as_python_does(path: list[str]) -> None:
    stack = EnvironmentStack(App(), "local-network")
    scope: Construct = stack
    for name in path[:-1]:
        scope = Construct(scope, name)
    element = TerraformOutput(scope, path[-1], value="x")
    assert element.friendly_unique_id == logical_id("/".join(path))
    assert stack.get_logical_id(element.node) == element.friendly_unique_id


def test_the_class_is_an_ordinary_stack() -> None:
    stack = EnvironmentStack(App(), "local-network")
    element = TerraformOutput(stack, "one", value="x")
    assert EnvironmentStack.is_stack(stack)
    assert element.cdktf_stack is stack
    assert stack.node.id == "local-network"


def test_node_gets_the_same_package_at_any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """It keeps each package that it gets in the user's cache, and makes an index of it."""
    given: list[bytes] = []

    def load(_name: str, _version: str, tarball: str) -> None:
        given.append(Path(tarball).read_bytes())

    def at(now: float) -> Callable[[], float]:
        return lambda: now

    monkeypatch.setattr(kernel, "load", load)
    for now in (1e9, 2e9):
        monkeypatch.setattr(time, "time", at(now))
        environment_stack.load()
    first, later = given
    assert first == later


@pytest.mark.parametrize("together", [True, False])
def test_only_a_stack_beside_others_gets_the_elements_of_a_reference(
    tmp_path: Path, together: bool
) -> None:
    app = App(outdir=str(tmp_path))
    one = EnvironmentStack(app, "one")
    other = EnvironmentStack(app, "other") if together else one
    given = TerraformVariable(one, "given", type="string")
    TerraformOutput(other, "told", value=given.string_value)
    app.synth()
    document = json.loads((tmp_path / "stacks" / "one" / "cdk.tf.json").read_text())
    assert list(document.get("output", {})) == (
        ["cross_stack_output_var_given"] if together else ["told"]
    )
    assert list(document["terraform"]["backend"]) == ["local"]


def test_an_error_names_none_of_the_calls_within_node(tmp_path: Path) -> None:
    stack = EnvironmentStack(App(outdir=str(tmp_path)), "one")
    listed = Token.as_list({"a": 1})
    TerraformOutput(stack, "told", value=Token.as_string({"first": listed[0]}))
    with pytest.raises(RuntimeError, match=r"Resolution error: .*list token") as raised:
        App.of(stack).synth()
    assert "creation stack" not in str(raised.value)
