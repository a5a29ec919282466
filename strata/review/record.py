"""A review: what was planned, from what, and the folder it is kept in.

The folder holds `plan.json` (Terraform's plan without sensitive values), `review.json` (a Review)
and the report as `report.html`, `report.md` and `report.json`.
"""

import hashlib
import json
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from strata.documents import Json
from strata.documents.layers import STACK, stack_name, standing
from strata.errors import StrataError, UsageError
from strata.machine.files import Unreadable, bytes_of, json_of
from strata.machine.folders import project
from strata.machine.private import PrivateFolder
from strata.plan_file.changes import Plan, parse
from strata.review.seal import sealed, unsealed
from strata.settings.models import Environment, Settings
from strata.state.states import StateIdentity, States
from strata.synthesis.moved_blocks import NAME as MOVED
from strata.terraform.binary import wanted_version
from strata.terraform.plugins import VERSION as PROVIDER_VERSION

PLAN, REVIEW = "plan.json", "review.json"
FORMAT: Literal[1] = 1


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Code(_Data):
    """What the code makes of the settings, and which code it was."""

    digest: str = Field(description="SHA-256 over the Terraform files of every stack.")
    commit: str | None = Field(description="The git commit it lies on; for people.")


class Tools(_Data):
    """The versions of what planned."""

    terraform: str
    provider: str = Field(description="Version of hashicorp/aws.")
    cdktf: str


class Basis(_Data):
    """What a plan was made from: the same again gives the same plan, drift aside."""

    environment: str
    settings: str = Field(description="SHA-256 of the settings, defaults and all.")
    values: Json = Field(
        default_factory=dict, description="The settings themselves, to show what was changed."
    )
    code: Code
    tools: Tools
    states: dict[str, StateIdentity | None] = Field(
        description="Layer -> its state; null for one that was never applied."
    )


class Review(_Data):
    """The content of `review.json`."""

    format: Literal[1] = FORMAT
    made: datetime = Field(description="When the plan was made, UTC.")
    basis: Basis
    plan: str = Field(description="SHA-256 of plan.json.")


def basis(settings: Settings, states: States, synthesized: Path) -> Basis:
    """What a plan of these settings against these states depends on.

    `synthesized` is the folder of their synthesis, whose files Terraform plans.
    """
    return Basis(
        environment=settings.environment.name,
        settings=settings_digest(settings),
        values=settings.model_dump(mode="json"),
        code=Code(digest=stacks_digest(synthesized, settings.environment.name), commit=_commit()),
        tools=Tools(
            terraform=wanted_version(),
            provider=PROVIDER_VERSION,
            cdktf=metadata.version("cdktf"),
        ),
        states={
            layer: StateIdentity(lineage=state.lineage, serial=state.serial) if state else None
            for layer, state in states.items()
        },
    )


def settings_digest(settings: Settings) -> str:
    """The same for the same values, however the file writes them."""
    text = json.dumps(settings.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def stacks_digest(synthesized: Path, environment: str) -> str:
    """SHA-256 over what Terraform reads of an environment: the stack of each layer, and all in one.

    Not over the files of the code: a price, a check of the gate or the style of a page changes no
    plan, and must not make a review stale.
    """
    stacks = synthesized / "stacks"
    folders = [stacks / stack_name(environment, layer) for layer in standing(stacks, environment)]
    digest = hashlib.sha256()
    for folder in (*folders, synthesized / "composed" / environment):
        for name in (STACK, MOVED):
            file = folder / name
            content = file.read_bytes() if file.exists() else b""
            digest.update(f"{file.relative_to(synthesized)}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()


def _commit() -> str | None:
    try:
        git = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=project(), capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return git.stdout.strip()


def outdated(reviewed: Basis, now: Basis) -> list[str]:
    """Why what was reviewed is not what would be applied now; empty when it is."""
    reasons = []
    for subject, was, value in (
        ("the environment", reviewed.environment, now.environment),
        ("Terraform", reviewed.tools.terraform, now.tools.terraform),
        ("the AWS provider", reviewed.tools.provider, now.tools.provider),
        ("CDKTF", reviewed.tools.cdktf, now.tools.cdktf),
    ):
        if was != value:
            reasons.append(f"{subject}: {was} in the review, {value} now")
    if reviewed.settings != now.settings:
        reasons.append("the settings were changed since the review")
        reasons += [f"  {edit}" for edit in _edited(reviewed.values, now.values)]
    elif reviewed.code.digest != now.code.digest:
        # Changed settings alone already change the stacks.
        reasons.append("the code (modules/, strata/) makes other resources than at the review")
    for layer in {**reviewed.states, **now.states}:
        old, new = reviewed.states.get(layer), now.states.get(layer)
        if old != new:
            reasons.append(
                f"the state of {layer}: {_state_words(old)} in the review, {_state_words(new)} now"
            )
    return reasons


def _edited(was: Any, now: Any, key: str = "") -> Iterator[str]:
    """Each setting with another value, by its dotted key."""
    if isinstance(was, dict) and isinstance(now, dict):
        for name in {**was, **now}:
            yield from _edited(was.get(name), now.get(name), f"{key}.{name}" if key else name)
    elif was != now:
        yield f"{key}: {_literal(was)} in the review, {_literal(now)} now"


def _literal(value: Any) -> str:
    return "none" if value is None else json.dumps(value)


def _state_words(state: StateIdentity | None) -> str:
    return f"serial {state.serial} of {state.lineage[:8]}" if state else "none"


def free(folder: Path) -> None:
    """Raise UsageError unless a review may be written there."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is no folder", "--out takes a folder")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / REVIEW).is_file():
        raise UsageError(f"{folder} is not empty and contains no review", "give another --out")


def write(folder: Path, basis: Basis, plan: Json, reports: Mapping[str, str]) -> Review:
    """Write a plan without secrets, and its reports by file name; all of them or none.

    An existing review in the folder is replaced; a folder with anything else in it is left alone.
    """
    text = json.dumps(plan, indent=1, sort_keys=True) + "\n"
    free(folder)
    review = Review(
        made=datetime.now(UTC),
        basis=basis,
        plan=hashlib.sha256(text.encode()).hexdigest(),
    )
    folder.parent.mkdir(parents=True, exist_ok=True)
    with PrivateFolder(folder.parent, ".review-") as temporary:
        new_folder = temporary / "made"
        new_folder.mkdir()
        (new_folder / PLAN).write_text(text, encoding="utf-8")
        (new_folder / REVIEW).write_text(sealed(review), encoding="utf-8")
        for name, content in reports.items():
            (new_folder / name).write_text(content, encoding="utf-8")
        old = temporary / "old"
        try:
            if folder.exists():
                shutil.move(folder, old)
            shutil.move(new_folder, folder)
        except BaseException:
            if old.exists() and not folder.exists():
                shutil.move(old, folder)
            raise
    return review


def plan_command(environment: Environment, folder: Path) -> str:
    """The command that reviews an environment to a folder."""
    return environment.command("plan", "--out", str(folder))


def read(folder: Path) -> tuple[Review, Plan]:
    """The review in a folder, and its plan; raises UsageError if there is none or it is damaged."""
    again = shlex.join(["strata", "plan", "ENV", "--out", str(folder)])
    file = folder / REVIEW
    try:
        review = unsealed(bytes_of(file), Review)
        file = folder / PLAN
        content = bytes_of(file)
    except Unreadable as error:
        raise UsageError(f"{file}: {error.why}", again) from None
    if hashlib.sha256(content).hexdigest() != review.plan:
        raise UsageError(
            f"{file} is not the plan that was reviewed",
            f"it was edited or damaged: plan and review again, {again}",
        )
    try:
        return review, parse(json_of(content))
    except Unreadable as error:
        raise UsageError(f"{file}: {error.why}", again) from None
    except StrataError as error:
        raise UsageError(f"{file}: {error.message}", again) from None
