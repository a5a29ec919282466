"""Which settings a layer was last applied with: a small object beside its state.

It names the state that it belongs to. When something else has written the state since, such as
plain `cdktf deploy`, the object is ignored.
"""

from collections.abc import Mapping

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ConfigDict, ValidationError

from strata.documents import Json
from strata.documents.layers import state_key
from strata.errors import StrataError
from strata.machine.files import Unreadable, json_of
from strata.settings.models import Environment, Settings
from strata.state.client import s3_client
from strata.state.states import StateIdentity, States, read_state


class Applied(BaseModel):
    """The content of the object."""

    model_config = ConfigDict(frozen=True)

    state: StateIdentity
    settings: Json


def applied_key(environment: str, layer: str) -> str:
    """The key of the object in the state bucket."""
    return state_key(environment, layer).removesuffix(".tfstate") + ".settings.json"


def note_applied(settings: Settings, layer: str) -> None:
    """Note the settings that a layer has just been applied with."""
    environment = settings.environment
    state = read_state(environment, layer)
    if state is None:
        return
    noted = Applied(
        state=StateIdentity(lineage=state.lineage, serial=state.serial),
        settings=settings.model_dump(mode="json"),
    )
    key = applied_key(environment.name, layer)
    try:
        s3_client(environment).put_object(
            Bucket=environment.state_bucket,
            Key=key,
            Body=noted.model_dump_json().encode(),
            ContentType="application/json",
            ExpectedBucketOwner=environment.account_id,
        )
    except (ClientError, BotoCoreError) as error:
        raise StrataError(
            f"{layer} is applied, but s3://{environment.state_bucket}/{key} cannot be written: "
            f"{error}"
        ) from None


def read_applied(environment: Environment, states: States) -> Mapping[str, Json]:
    """Layer -> the settings it was last applied with, where that is known."""
    s3 = s3_client(environment)
    settings = {}
    for layer, state in states.items():
        if state is None:
            continue
        try:
            answer = s3.get_object(
                Bucket=environment.state_bucket,
                Key=applied_key(environment.name, layer),
                ExpectedBucketOwner=environment.account_id,
            )
            noted = Applied.model_validate(json_of(answer["Body"].read()))
        except (ClientError, BotoCoreError, ValidationError, Unreadable):
            # Without it only an explanation is missing from the plan.
            continue
        if (noted.state.lineage, noted.state.serial) == (state.lineage, state.serial):
            settings[layer] = noted.settings
    return settings
