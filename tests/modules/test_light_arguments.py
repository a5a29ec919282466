"""Arguments are checked and passed on as by jsii itself, with less work."""

import json
import typing
from collections.abc import Callable
from typing import Any

import jsii._kernel
import pytest
import typeguard
from cdktf import App, TerraformStack
from cdktf_cdktf_provider_aws.lb_listener import LbListener, LbListenerDefaultAction

from modules import light_arguments
from strata.settings import load
from strata.synthesis.synthesize import compose
from tests import ROOT

Function = Callable[..., Any]

PLACES = (
    (typing, "get_type_hints"),
    (typeguard, "check_type"),
    (jsii._kernel, "_make_reference_for_native"),
)


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch) -> dict[str, Function]:
    """The functions of jsii and of what it uses; in force again until the test ends."""
    found = {name: vars(module)[name].__wrapped__ for module, name in PLACES}
    for module, name in PLACES:
        monkeypatch.setattr(module, name, found[name])
    return found


def test_the_json_is_the_same(request: pytest.FixtureRequest) -> None:
    settings = load(str(ROOT / "examples" / "full.toml"))
    lighter = json.dumps(compose(settings))
    request.getfixturevalue("own")
    assert json.dumps(compose(settings)) == lighter


def said(settings: dict[str, Any]) -> str:
    """What is said against a listener."""
    stack = TerraformStack(App(), "one")
    action = {"default_action": [LbListenerDefaultAction(type="forward")]}
    with pytest.raises((TypeError, RuntimeError)) as raised:
        LbListener(stack, **{"id_": "listener", "load_balancer_arn": "arn", **action, **settings})
    return str(raised.value)


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"id_": 1}, "id_ must be str"),
        ({"id_": None}, "id_ must be str"),
        ({"load_balancer_arn": None}, "load_balancer_arn must be str"),
        ({"port": "80"}, "port must be"),
        ({"tags": {"one": None}}, "tags"),
        ({"default_action": [{"type": None}]}, "A value is required"),
        ({"default_action": "forward"}, "Value is not an array"),
        ({"lifecycle": {"create_before_destroy": "yes"}}, "create_before_destroy must be one of"),
        ({"lifecycle": {"made_up": 1}}, "made_up"),
    ],
)
def test_what_is_refused_is_refused_in_the_same_words(
    settings: dict[str, Any], word: str, request: pytest.FixtureRequest
) -> None:
    lighter = said(settings)
    assert word in lighter
    request.getfixturevalue("own")
    assert said(settings) == lighter


def test_node_gets_what_a_struct_was_given() -> None:
    inner = LbListenerDefaultAction(type="forward", order=2)
    passed = jsii._kernel._make_reference_for_native(jsii.kernel, {"actions": [inner, None]})
    data = {"type": "forward", "order": 2}
    fqn = "@cdktf/provider-aws.lbListener.LbListenerDefaultAction"
    struct = {"$jsii.struct": {"fqn": fqn, "data": data}}
    assert passed == {"$jsii.map": {"actions": [struct, None]}}


def test_annotations_of_jsii_alone_are_read_once() -> None:
    def ordinary(one: "int") -> None: ...

    def stub(one: "int") -> None: ...

    stub.__name__ = f"{light_arguments.STUB}1"
    read: list[Any] = []

    def hints(of: Any, *args: Any, **options: Any) -> Any:
        read.append(of)
        return typing.get_type_hints(of, *args, **options)

    remembering = light_arguments.remember(hints)
    for function in (stub, ordinary, stub, ordinary, stub):
        assert remembering(function) == {"one": int, "return": type(None)}
    assert read == [stub, ordinary, ordinary]
    remembering(stub, {}, None)
    remembering(stub, include_extras=True)
    assert read[3:] == [stub, stub]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place[1])
def test_a_jsii_that_is_built_otherwise_works_as_it_always_does(
    own: dict[str, Function], place: tuple[Any, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(*place)
    light_arguments.install()
    for module, name in PLACES:
        assert vars(module).get(name) is (None if (module, name) == place else own[name])
