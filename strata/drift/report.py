"""The drift of an environment, and the forms it is shown in."""

import json
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from strata.plan_file.changes import shown
from strata.text.wrapping import WIDTH, wrapped

LONGEST = 400
"""Characters of a value in text and Markdown; JSON has all of it."""


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
    gone: bool = Field(description="Whether it is not there any more.")
    attributes: list[Attribute] = Field(description="What differs; empty when it is gone.")
    next_apply: NextApply | None = Field(
        default=None, description="What the next apply does when it is gone."
    )


class LeftOut(_Data):
    """A value that differs and is meant to."""

    address: str
    attribute: str
    reason: str = Field(description="Why that is no drift.")


class Added(_Data):
    """What a hand added below a resource of ours: no state knows it, and no apply takes it away."""

    layer: str = Field(description="Its layer; empty for the state bucket.")
    address: str = Field(
        description="The Terraform address of what it is below; `state bucket` for that one."
    )
    kind: str = Field(description="What it is, in AWS's words.")
    name: str = Field(description="Its name, or what tells it best.")
    identifier: str = Field(default="", description="Its ARN or identifier, if it has one.")
    does: str = Field(description="What it opens or does.")
    delete: str = Field(description="The command that takes it away.")


class Stranger(_Data):
    """A resource in the VPC, or with our tags, that no state knows."""

    kind: str = Field(description="What it is, in AWS's words.")
    identifier: str = Field(description="Its ARN, or its identifier.")
    name: str = Field(description="Its tag `Name`, or what tells it best.")
    found_by: str = Field(description="`vpc` or `tags`.")
    address: str = Field(
        default="", description="Its Terraform address, when the code has it and no state does."
    )
    import_id: str = Field(default="", description="By which `terraform import` takes it up there.")


class Report(_Data):
    """What `strata drift` found; `model_json_schema()` of it is what JSON output follows."""

    environment: str
    never_applied: list[str] = Field(description="Layers without a state.")
    drift: list[Drifted]
    added: list[Added]
    left_out: list[LeftOut]
    strangers: list[Stranger]
    unchecked: list[str] = Field(
        description="Where nothing could be looked for: the credentials may not."
    )


def text(report: Report) -> str:
    """For a terminal of 80 columns."""
    lines: list[str] = []
    layer = ""
    for one in report.drift:
        if one.layer != layer:
            layer = one.layer
            lines += [layer]
        lines.append(f"  {one.address}")
        if one.gone:
            lines += _folded(f"is gone; the next apply {one.next_apply}", 4)
        for attribute in one.attributes:
            lines += _folded(f"{attribute.attribute}: {_change(attribute)}", 4)
            lines += _folded(f"the next apply {attribute.next_apply}", 6)
    if report.added:
        lines += ["", "added below ours, where no state knows it and no apply takes it away"]
    for child in report.added:
        lines += _folded(f"{child.address}", 2)
        lines += _folded(f"{child.kind} {child.name}: {child.does}", 4)
        lines += _command(child.delete, 4)
    if report.strangers:
        lines += ["", "strangers, which no state knows"]
        for stranger in report.strangers:
            lines += _folded(f"{stranger.kind} {stranger.name}".rstrip(), 2)
            lines += _folded(stranger.identifier, 4)
            if stranger.address:
                lines += _folded(f"terraform import {stranger.address} {stranger.import_id}", 4)
    if lines:
        lines.append("")
    return "\n".join([*lines, *_summary(report)]) + "\n"


def markdown(report: Report) -> str:
    """For an issue or a chat."""
    lines = [f"## Drift of {report.environment}", ""]
    if report.drift:
        lines += [
            "| resource | attribute | before | now | the next apply |",
            "|---|---|---|---|---|",
        ]
    for one in report.drift:
        if one.gone:
            lines.append(f"| {_code(one.address)} | is gone | | | {one.next_apply} |")
        lines += [
            f"| {_code(one.address)} | {_code(each.attribute)} | {_code(_value(each.before))} "
            f"| {_code(_value(each.now))} | {each.next_apply} |"
            for each in one.attributes
        ]
    if report.added:
        lines += [
            "",
            "### Added below ours",
            "",
            "| below | kind | name | does | to delete it |",
            "|---|---|---|---|---|",
        ]
    lines += [
        f"| {_code(one.address)} | {one.kind} | {_cell(one.name)} | {_cell(one.does)} "
        f"| {_code(one.delete)} |"
        for one in report.added
    ]
    if report.strangers:
        lines += [
            "",
            "### Strangers",
            "",
            "| kind | identifier | name | can be imported to | by |",
            "|---|---|---|---|---|",
        ]
    lines += [
        f"| {one.kind} | {_code(one.identifier)} | {_cell(one.name)} | {_code(one.address)} "
        f"| {_code(one.import_id)} |"
        for one in report.strangers
    ]
    return "\n".join([*lines, "", *_summary(report)]).replace("\n\n\n", "\n\n") + "\n"


def as_json(report: Report) -> str:
    """The report as data."""
    return json.dumps(report.model_dump(mode="json"), indent=2) + "\n"


FORMATS: Mapping[str, Callable[[Report], str]] = {"text": text, "json": as_json, "md": markdown}


def _summary(report: Report) -> list[str]:
    count = len(report.drift)
    words = f"{_number(count, 'resource')} drifted" if count else "no drift"
    if report.added:
        words += f", {len(report.added)} added below ours"
    if report.strangers:
        words += f", {_number(len(report.strangers), 'stranger')}"
    lines = [f"{report.environment}: {words}"]
    if report.left_out:
        lines.append(f"left out, since they move by themselves: {len(report.left_out)}")
    lines += [
        line
        for one in report.unchecked
        for line in wrapped(f"not looked at, since access is denied: {one}")
    ]
    if report.never_applied:
        lines += wrapped(f"never applied: {', '.join(report.never_applied)}")
    return lines


def _number(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _change(attribute: Attribute) -> str:
    if attribute.before is None:
        return f"added {_value(attribute.now)}"
    return f"{_value(attribute.before)} -> {_value(attribute.now)}"


def _value(value: Any) -> str:
    words = shown(value)
    return words if len(words) <= LONGEST else f"{words[:LONGEST]}..."


def _folded(words: str, indent: int) -> list[str]:
    return wrapped(words, " " * indent, " " * (indent + 2))


def _command(words: str, indent: int) -> list[str]:
    """Lines of a command as a shell takes them: broken between its words alone, so that one that
    is long has a longer line of its own."""
    lines: list[str] = []
    line = " " * indent
    for word in re.findall(r"""(?:'[^']*'|"[^"]*"|[^\s'"])+""", words):
        if line.strip() and len(f"{line} {word}") > WIDTH - len(" \\"):
            lines.append(f"{line} \\")
            line = " " * (indent + 2)
        line += f" {word}" if line.strip() else word
    return [*lines, line]


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("\n", " ")


def _code(words: str) -> str:
    """Code in a table's cell; a backtick in it needs a longer fence."""
    fence = "``" if "`" in words else "`"
    return f"{fence}{_cell(words)}{fence}" if words else ""
