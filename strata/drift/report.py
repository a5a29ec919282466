"""The drift of an environment."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class NextApply(StrEnum):
    """What the next apply does with what drifted."""

    PUTS_BACK = "puts it back"
    CHANGES = "changes it to something else"
    REPLACES = "replaces the resource"
    REMOVES = "destroys the resource"
    MAKES_ANEW = "makes it anew"
    LEAVES = "leaves it as it is"


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Attribute(_Data):
    """One value that is not as it was applied."""

    attribute: str = Field(description="Its path in the resource, such as `health_check[0].path`.")
    before: Any = Field(description="As Terraform last knew it; null for what was added by hand.")
    now: Any = Field(description="As AWS has it.")
    next_apply: NextApply = Field(description="What the next apply does about it.")


class Drifted(_Data):
    """A resource that is not as it was applied."""

    layer: str
    address: str = Field(description="Its Terraform address.")
    gone: bool = Field(description="Whether it was deleted.")
    attributes: list[Attribute] = Field(description="What differs; empty when it was deleted.")
    next_apply: NextApply | None = Field(
        default=None, description="What the next apply does when it was deleted."
    )


class LeftOut(_Data):
    """A value that differs and is meant to."""

    address: str
    attribute: str
    reason: str = Field(description="Why that is no drift.")


class Released(_Data):
    """A release by other means than Strata, such as the AWS CLI in CI: no drift.

    The next apply puts the image back that Strata knows; `strata deploy ENV --take-over` keeps it.
    """

    address: str = Field(description="Terraform address of the task definition.")
    service: str = Field(
        default="", description="Of [services], by name; empty for [service] itself."
    )
    revision: int
    image: str
    known: str = Field(description="The image that Strata released, and the next apply puts back.")
    registered_by: str = Field(description="ARN of who registered the revision.")
    registered_at: datetime | None
    keep: str = Field(description="The command that keeps it.")


class Added(_Data):
    """What was added by hand to a resource of ours: it is in no state, and no apply removes it."""

    layer: str = Field(description="Its layer; empty for the state bucket.")
    address: str = Field(
        description="The Terraform address of the resource it belongs to; or `state bucket`."
    )
    kind: str = Field(description="What it is, in AWS's words.")
    name: str = Field(description="Its name, or what identifies it best.")
    identifier: str = Field(default="", description="Its ARN or identifier, if it has one.")
    does: str = Field(description="What it opens or does.")
    delete: str = Field(description="The command that removes it.")


class Stranger(_Data):
    """A resource in the VPC, or with our tags, that is in no state."""

    kind: str = Field(description="What it is, in AWS's words.")
    identifier: str = Field(description="Its ARN, or its identifier.")
    name: str = Field(description="Its tag `Name`, or what identifies it best.")
    found_by: str = Field(description="`vpc` or `tags`.")
    address: str = Field(
        default="", description="Its Terraform address, when the code has it and no state does."
    )
    import_id: str = Field(default="", description="The id for `terraform import` to that address.")


class Report(_Data):
    """What `strata drift` found; `model_json_schema()` of it is what JSON output follows."""

    environment: str
    never_applied: list[str] = Field(description="Layers without a state.")
    destroyed: list[str] = Field(
        default=[], description="Layers whose state has no resources any more."
    )
    drift: list[Drifted]
    added: list[Added]
    released: list[Released] = Field(
        default=[], description="Releases by other means than Strata, which are no drift."
    )
    left_out: list[LeftOut]
    strangers: list[Stranger]
    unchecked: list[str] = Field(
        description="Where nothing could be looked for: the credentials may not."
    )
