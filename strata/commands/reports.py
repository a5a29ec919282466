"""What commands report with `--json` that is no model of another room, and where each schema is.

`docs/<command>-report.schema.json` follows from these models: `make schemas`.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from strata.cost.change import CostChange
from strata.cost.estimate import Estimate
from strata.drift.report import Report as Drift
from strata.gate.report import Report as Verdict
from strata.reach.report import Path, TableReport
from strata.release.secret_store import SecretsReport
from strata.release.status import Status
from strata.release.verdict import Verdict as Released
from strata.review.report import Report as Review
from strata.state.outputs import Output


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WrongSetting(_Data):
    """One thing that is wrong in a settings file."""

    file: str
    line: int = Field(description="0 where there is no line.")
    key: str = Field(description="Dotted key; empty for the file itself.")
    value: str = Field(description="As it was written; hidden when it may be a secret.")
    wrong: str
    right: str


class CheckReport(_Data):
    """What `strata check` found; with wrong settings nothing else was looked at."""

    wrong: list[WrongSetting]
    warnings: list[WrongSetting] = Field(description="Estimates over the budget that only warn.")
    placeholders: list[str] = Field(
        description="What is to be filled in before the first apply to AWS."
    )
    paths: list[TableReport] = Field(description="Of each environment, in the order given.")


class SynthesizedEnvironment(_Data):
    """Where the JSON of an environment lies."""

    environment: str
    stacks: dict[str, str] = Field(description="Layer -> folder of its stack.")
    composed: str = Field(description="Folder of the stack with all layers.")


class SynthReport(_Data):
    """What `strata synth` wrote."""

    environments: list[SynthesizedEnvironment]


class MapReport(_Data):
    """What `strata map` wrote, the page first."""

    environment: str
    files: list[str]


class PlanReport(_Data):
    """What `strata plan` made."""

    folder: str = Field(description="Where the review lies: what --reviewed takes.")
    review: Review
    asked: list[str] = Field(
        description="What AWS said of it before it is applied: what it would refuse, what may get "
        "in the way, what could not be asked, and whether the image is there. A line each."
    )
    next: list[str] = Field(description="Commands that are needed before it can be applied.")


class ApplyReport(_Data):
    """How far `strata apply` came."""

    environment: str
    review: str = Field(description="The folder of what was applied.")
    moved: list[str] = Field(description="States that were moved between layers.")
    done: dict[str, str] = Field(description="Layer -> its result.")
    failed: dict[str, str] = Field(description="Layer -> its error.")
    not_started: list[str] = Field(description="Layers that need a layer that failed.")
    output: Output | None = Field(description="What it left to use; null unless all is done.")
    next: list[str] = Field(description="Commands to go on with.")


class ScanReport(_Data):
    """What ECR's scan of an image found."""

    findings: dict[str, int] = Field(description="Severity -> number, from the worst.")
    missing: str | None = Field(description="Why there are no findings yet; null if there are.")


class PushReport(_Data):
    """An image in the repository of an environment."""

    image: str = Field(description="Its full name, with the tag.")
    tag: str
    digest: str = Field(description="Of its manifest, as ECR has it.")
    size_bytes: int | None = Field(description="Compressed; null where ECR does not say it.")
    engine: str = Field(description="What pushed it: docker, podman, buildah or skopeo.")
    pushed: bool = Field(description="False if the tag stood for this very image already.")
    scan: ScanReport | None = Field(description="Null where pushes are not scanned.")


class EmulatorReport(_Data):
    """Whether the emulator runs, and where."""

    running: bool
    url: str | None
    pid: int | None


class AccountReport(_Data):
    """What the emulator's account is set to."""

    plan: str = Field(description="`paid` or `free`.")
    quotas: str = Field(description="`raised`, or `new` for those of a new account.")
    delegated: list[str] = Field(description="Domains whose registrar points at their zone.")
    pushed: list[str] = Field(description="Images that are pushed once their repository exists.")
    registry: str | None = Field(description="The registry on this machine that holds its images.")


REPORTS: Mapping[str, Any] = {
    "check": CheckReport,
    "synth": SynthReport,
    "gate": Verdict,
    "reach": TableReport | Path,
    "map": MapReport,
    "cost": Estimate | CostChange,
    "plan": PlanReport,
    "apply": ApplyReport,
    "push": PushReport,
    "drift": Drift,
    "deploy": Released,
    "rollback": Released,
    "status": Status,
    "secret": SecretsReport,
    "output": Output,
    "emulator": EmulatorReport | AccountReport,
}
"""Command -> the type of what it prints."""


def schema_of(command: str) -> dict[str, Any]:
    """The JSON schema of what a command prints."""
    schema = TypeAdapter(REPORTS[command]).json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
