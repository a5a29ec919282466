"""checkov evaluates each text once, and gets a value that is its own each time."""

import pytest
from checkov.terraform.graph_builder.variable_rendering import evaluate_terraform as module

from strata.gate.evaluated_once import evaluate_once
from strata.gate.scan import load_policies


@pytest.fixture
def evaluated(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that checkov's interpreter gets."""
    load_policies()
    texts = []
    evaluate = getattr(module, "evaluate")  # noqa: B009 - not exported

    def noted(text: str) -> object:
        texts.append(text)
        return evaluate(text)

    monkeypatch.setattr(module, "evaluate", noted)
    return texts


def test_a_text_is_evaluated_once(evaluated: list[str]) -> None:
    assert [module.evaluate_terraform("${1 + 40}", False) for _ in range(3)] == [41, 41, 41]
    once = len(evaluated)
    assert once > 0
    evaluate_once()
    assert module.evaluate_terraform("${1 + 40}", keep_interpolations=False) == 41
    assert len(evaluated) == once


@pytest.mark.usefixtures("evaluated")
def test_a_list_is_not_shared() -> None:
    first = module.evaluate_terraform('[{"port": 6379}]')
    first[0]["port"] = 22
    assert module.evaluate_terraform('[{"port": 6379}]') == [{"port": 6379}]


VALUES: list[object] = [
    "a-${aws_vpc.network_vpc.id}-b", "${aws_vpc.network_vpc.id}", "true", "[]", '{"a": [1]}',
    '${toset(["a"])}', "0.0.0.0/0", "tls", "1 == 1 ? 2 : 3", None, True, 7, ["a", "b"],
]  # fmt: skip


def test_the_value_is_the_one_that_checkov_makes() -> None:
    load_policies()
    checkovs = module.evaluate_terraform.__wrapped__  # type: ignore[attr-defined]
    for value in VALUES:
        for keep in (False, True, False):
            ours = module.evaluate_terraform(value, keep_interpolations=keep)
            theirs = checkovs(value, keep_interpolations=keep)
            assert (type(ours), ours) == (type(theirs), theirs), (value, keep)
