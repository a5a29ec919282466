"""Names of resources: made in Node, and the same as those that Python expects."""

import pytest
from cdktf import App, TerraformOutput
from constructs import Construct

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
