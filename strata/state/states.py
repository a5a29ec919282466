"""The states of all layers, and their merged state for the composed stack."""

import uuid
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from strata.documents import Json
from strata.documents.layers import ALL_LAYERS, LAYERS, state_key
from strata.errors import StrataError
from strata.machine.files import Unreadable, json_of
from strata.settings.models import Environment
from strata.state.client import s3_client

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


NEVER_APPLIED = ("NoSuchKey", "NoSuchBucket")
"""What S3 answers about the state of a layer that nobody has applied yet."""


class StateIdentity(BaseModel):
    """Which state of a layer: every write of it raises the serial."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lineage: str
    serial: int


@dataclass(frozen=True)
class State:
    """The state of a layer as its backend holds it; every write of it raises the serial."""

    lineage: str
    serial: int
    document: Json


States = Mapping[str, State | None]
"""Layer -> its state, None for a layer that was never applied."""


def read_states(environment: Environment, layers: Collection[str] = tuple(LAYERS)) -> States:
    """The states of `layers`, and of others that have resources; raises as `read_all` does."""
    return of_layers(read_all(environment), layers)


def of_layers(states: States, layers: Collection[str]) -> States:
    """Of the states of all layers those of `layers`, and of others that have resources.

    The others are layers that the settings had when they were applied, and have no more.
    """
    return {layer: state for layer, state in states.items() if layer in layers or holds(state)}


def read_all(environment: Environment) -> States:
    """The states of all layers that there can be, read in parallel from S3.

    It needs no `terraform init` and takes no lock, so that it neither waits for an apply nor blocks
    it. Raises StrataError when a state cannot be read for another reason than that it does not
    exist: no access, no credentials.
    """
    s3 = s3_client(environment)
    with ThreadPoolExecutor(len(ALL_LAYERS)) as pool:
        states = pool.map(lambda layer: _read(s3, environment, layer), ALL_LAYERS)
        return dict(zip(ALL_LAYERS, states, strict=True))


def holds(state: State | None) -> bool:
    """Whether a state has a resource that a destroy would destroy."""
    return state is not None and any(
        resource["mode"] == "managed" for resource in state.document["resources"]
    )


def read_state(environment: Environment, layer: str) -> State | None:
    """The state of one layer."""
    return _read(s3_client(environment), environment, layer)


def required_outputs(environment: Environment, layer: str, *names: str) -> list[str]:
    """The texts of these outputs of a layer, from its state; raises StrataError where one is not
    there."""
    state = read_state(environment, layer)
    outputs = state.document["outputs"] if state else {}
    values = []
    for name in names:
        value = (outputs.get(name) or {}).get("value")
        if not isinstance(value, str) or not value:
            raise StrataError(
                f"{environment.name}: the layer {layer} says no {name}: it is not applied, or was "
                "not applied to its end",
                environment.command("apply"),
            )
        values.append(value)
    return values


def _read(s3: "S3Client", environment: Environment, layer: str) -> State | None:
    bucket, key = environment.state_bucket, state_key(environment.name, layer)
    where = f"the state of {layer} (s3://{bucket}/{key})"
    try:
        answer = s3.get_object(Bucket=bucket, Key=key, ExpectedBucketOwner=environment.account_id)
        content = answer["Body"].read()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in NEVER_APPLIED:
            return None
        raise StrataError(
            f"{where} cannot be read: {code}: {error.response['Error'].get('Message', '')}",
            f"the credentials must be of account {environment.account_id} and may read the bucket",
        ) from None
    except BotoCoreError as error:
        raise StrataError(f"{where} cannot be read: {error}") from None
    return parse(content, where)


class _Instance(BaseModel):
    attributes: Json | None = None


class _Resource(BaseModel):
    mode: str
    type: str
    name: str
    instances: list[_Instance] = []


class _Version4(BaseModel):
    """What is read of a state. Terraform documents it as no interface, so all else may change."""

    model_config = ConfigDict(strict=True)

    version: int
    terraform_version: str = Field(pattern=r"^\d+(\.\d+)*(-|$)")
    lineage: str
    serial: int
    resources: list[_Resource]


def parse(content: bytes | str, where: str) -> State:
    """A version-4 state; raises StrataError, naming `where`, for anything else."""
    try:
        document = json_of(content)
        if isinstance(document, dict) and document.get("version", 4) != 4:
            raise StrataError(
                f"{where} is of version {document['version']}, not 4",
                "another Terraform than ours wrote it",
            )
        fields = _Version4.model_validate(document)
        return State(fields.lineage, fields.serial, document)
    except (Unreadable, ValidationError):
        raise StrataError(
            f"{where} is no Terraform state",
            "the bucket keeps older versions: aws s3api list-object-versions",
        ) from None


def merge(states: States) -> Json | None:
    """A version-4 state of all resources, for the composed stack; None when no layer has a state.

    The layers' stacks and the composed stack give a resource the same address. The remote-state
    data sources have nothing to read there, and outputs follow from resources.
    """
    documents = [state.document for state in states.values() if state]
    if not documents:
        return None
    return {
        "version": 4,
        "terraform_version": max(
            (document["terraform_version"] for document in documents), key=_release
        ),
        "serial": 1,
        "lineage": str(uuid.uuid4()),
        "outputs": {},
        "resources": [
            resource
            for document in documents
            for resource in document["resources"]
            if not (resource["mode"] == "data" and resource["type"] == "terraform_remote_state")
        ],
        "check_results": None,
    }


def _release(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.partition("-")[0].split("."))
