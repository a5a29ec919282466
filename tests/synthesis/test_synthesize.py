"""What `synthesize` writes, beyond the content of single layers."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from strata.documents.layers import LAYERS

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


def test_local_differs_from_dev_only_by_values(composed: Callable[[str], Json]) -> None:
    assert set(resources(composed("local"))) == set(resources(composed("dev")))
    assert "endpoints" not in json.dumps(composed("local")["provider"])
