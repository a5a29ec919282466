"""Where an environment goes: account and region, VPC, bucket and keys of its state, the same in
every layer."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policies.explanations import explain
from strata.documents import Json
from strata.documents.layers import state_key
from strata.documents.providers import ALIAS, REFERENCE, second
from strata.documents.stacks import blocks, id_sought, merged
from strata.settings.models import Environment as Asked
from strata.settings.models import Settings

DESTINATION_CHECKS = {
    "STRATA_PLACE_1": "Every layer goes to the account and region of its environment",
    "STRATA_PLACE_2": "An environment lies in its own VPC, or in the one that its settings name",
    "STRATA_STATE_2": "State goes to the bucket of its environment, under the layer's own key",
    "STRATA_STATE_3": "A layer reads the state of layers of its own environment alone",
}
explain(
    "STRATA_PLACE_1", "critical",
    "A layer goes to another account or region, or its calls and keys to another endpoint",
    "one provider block with region and allowed_account_ids, credentials from the environment; "
    "beside it the same with the alias us_east_1, for an alarm on the domain and what it tells",
    "https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs#argument-reference",
)  # fmt: skip
explain(
    "STRATA_PLACE_2", "critical",
    "The environment is in, or reads, a VPC that its settings do not name",
    "the VPC of this code, or network.existing with the id of the other one",
    "https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/data-sources/vpc",
)  # fmt: skip
explain(
    "STRATA_STATE_2 STRATA_STATE_3", "critical",
    "State goes to, or comes from, somewhere that is not this environment's bucket",
    "the S3 backend as strata synth writes it: bucket, key, region, encrypt, use_lockfile",
    "https://developer.hashicorp.com/terraform/language/backend/s3",
)  # fmt: skip

PROVIDER = frozenset(
    ("region", "allowed_account_ids", "forbidden_account_ids", "default_tags", "ignore_tags",
     "max_retries", "retry_mode", "s3_use_path_style", "skip_credentials_validation",
     "skip_metadata_api_check", "skip_region_validation", "use_fips_endpoint",
     "use_dualstack_endpoint", "//")
)  # fmt: skip
"""The arguments that the provider may have. Beside those that are judged here: tags, retries, AWS's
own other endpoints, and what an emulator needs. Any other argument leads somewhere else, switches a
check off, or is a key in plain text."""
IN_SECOND_REGION = frozenset(
    ("aws_cloudwatch_metric_alarm", "aws_sns_topic", "aws_sns_topic_subscription", "aws_kms_key",
     "data.aws_sns_topic")
)  # fmt: skip
"""What may be in us-east-1 beside an environment of another region: an alarm on a metric that AWS
has there alone, and who is told."""
BACKEND = frozenset(
    ("bucket", "key", "region", "encrypt", "use_lockfile", "dynamodb_table", "kms_key_id",
     "allowed_account_ids", "use_path_style", "skip_credentials_validation",
     "skip_metadata_api_check", "skip_requesting_account_id", "skip_region_validation",
     "use_fips_endpoint", "use_dualstack_endpoint", "//")
)  # fmt: skip
"""The same for the S3 backend, and for the config of remote state."""
_VPC_ID = re.compile(r"vpc-[0-9a-f]{8,17}")
WORKSPACES = (None, "default", "${terraform.workspace}")


def destination_faults(
    name: str, composed: Json, layers: Mapping[str, Json], settings: Asked | None
) -> Iterator[tuple[str, str]]:
    """(check, address or layer) of what does not go to the place of the environment `name`.

    The stacks are resolved, those of layers by their names. `settings` are its own; without them
    all layers must agree with the composed stack.
    """
    stacks = {name: composed, **layers}
    expected = (settings.region, [settings.account_id]) if settings else _provider(composed)
    for place, stack in stacks.items():
        if _wrong_provider(stack) or _provider(stack) != expected:
            yield "STRATA_PLACE_1", place
        for address in _elsewhere(stack):
            yield "STRATA_PLACE_1", address
    backends = {layer: _backend(stack) for layer, stack in layers.items()}
    state = (settings.state_bucket, settings.region) if settings else _most(backends)
    if merged(composed.get("terraform")).get("backend"):
        yield "STRATA_STATE_2", name
    for layer, backend in backends.items():
        right_key = backend.get("key") == state_key(name, layer)
        if set(backend) - BACKEND or _place(backend) != state or not right_key:
            yield "STRATA_STATE_2", layer
    keys = {state_key(name, layer) for layer in layers}
    for stack in stacks.values():
        for address, body in blocks(stack, "data").items():
            if address.startswith("terraform_remote_state.") and _foreign(body, state, keys):
                yield "STRATA_STATE_3", f"data.{address}"


def vpc_faults(name: str, composed: Json, settings: Settings | None) -> Iterator[tuple[str, str]]:
    """(check, address or environment) of VPCs that are looked up, against the settings.

    Without settings, one that is looked up by its id is taken for the one that they name.
    """
    looked_up = {
        f"data.{address}": body
        for address, body in blocks(composed, "data").items()
        if address.startswith("aws_vpc.")
    }
    own = any(address.startswith("aws_vpc.") for address in blocks(composed))
    for address, body in looked_up.items():
        name_of_it = id_sought(body) if set(body) <= {"filter", "//"} else ""
        wrong = settings and name_of_it != settings.network.existing
        if own or not _VPC_ID.fullmatch(name_of_it) or wrong:
            yield "STRATA_PLACE_2", address
    if settings and settings.network.existing and (own or not looked_up):
        yield "STRATA_PLACE_2", name


def account_of(composed: Json, settings: Asked | None) -> str | None:
    """The account of an environment: that of its settings, else of its provider block."""
    if settings:
        return settings.account_id
    _, accounts = _provider(composed)
    return str(accounts[0]) if isinstance(accounts, list) and accounts else None


def _blocks(stack: Json) -> list[Json]:
    value = merged(stack.get("provider")).get("aws")
    return [
        block
        for block in (value if isinstance(value, list) else [value])
        if isinstance(block, dict)
    ]


def _provider(stack: Json) -> tuple[Any, Any]:
    block = next((block for block in _blocks(stack) if "alias" not in block), {})
    return block.get("region"), block.get("allowed_account_ids")


def _wrong_provider(stack: Json) -> bool:
    own = [block for block in _blocks(stack) if "alias" not in block]
    others = [block for block in _blocks(stack) if "alias" in block]
    region, accounts = _provider(stack)
    return (
        len(own) != 1
        or bool(set(own[0]) - PROVIDER)
        or others not in ([], [second(own[0])])
        or not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", str(region))
        or not (isinstance(accounts, list) and len(accounts) == 1)
        or not re.fullmatch(r"\d{12}", str(accounts[0]))
    )


def _elsewhere(stack: Json) -> Iterator[str]:
    """The addresses of blocks that use another provider configuration than they may."""
    second_region = any(block.get("alias") == ALIAS for block in _blocks(stack))
    for kind in ("resource", "data", "ephemeral"):
        for address, body in blocks(stack, kind).items():
            whole = address if kind == "resource" else f"{kind}.{address}"
            named = str(body.get("provider", "aws")).strip("${} ")
            allowed = second_region and whole.rpartition(".")[0] in IN_SECOND_REGION
            if named != "aws" and not (allowed and named == REFERENCE):
                yield whole


def _backend(layer: Json) -> Json:
    return merged(merged(merged(layer.get("terraform")).get("backend")).get("s3"))


def _place(state: Json) -> tuple[Any, Any]:
    return state.get("bucket"), state.get("region")


def _most(backends: Mapping[str, Json]) -> tuple[Any, Any]:
    """The bucket and region in which most layers keep their state."""
    places = [_place(backend) for backend in backends.values()]
    return max(places, key=places.count, default=(None, None))


def _foreign(body: Json, state: tuple[Any, Any], keys: set[str]) -> bool:
    config = merged(body.get("config"))
    return (
        bool(set(body) - {"backend", "config", "workspace", "depends_on", "//"})
        or body.get("backend") != "s3"
        or bool(set(config) - BACKEND)
        or _place(config) != state
        or config.get("key") not in keys
        or body.get("workspace") not in WORKSPACES
    )
