"""A saved plan: its resolved values, laid over what was synthesized."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from strata.documents import Json
from strata.documents.stacks import blocks, merged
from strata.documents.templates import escaped
from strata.errors import StrataError
from strata.gate.documents import Unjudgeable
from strata.machine.files import Unreadable, bytes_of, json_of

_IDENTITY = re.compile(
    r"\$\{aws_(\w+\.\w+\.(id|arn)|\w*parameter_group\.\w+\.name)\}"
    r"|arn:[\w:-]+:cluster/\$\{aws_ecs_cluster\w*\.\w+\.(cluster_)?name\}"
)
"""A reference that says more than its value: which group a rule belongs to, and that a parameter
group or the cluster of a schedule is made by this code."""


MADE_BY = "terraform show -json PLAN > FILE"
"""What makes a file that can be judged."""


def read_plan(path: Path) -> Json:
    """The plan in a file: as `terraform show -json` prints it, or as `plan -out` saves it.

    A saved plan must be in the initialised folder it was planned in. Raises Unjudgeable.
    """
    try:
        # A pipe too: `--plan <(terraform show -json PLAN)`.
        content = bytes_of(path) if not path.is_fifo() else path.read_bytes()
        plan = _shown(path) if content.startswith(b"PK") else json_of(content)
    except StrataError as error:
        raise Unjudgeable(f"{path}: {error.message}", MADE_BY) from None
    except Unreadable as error:
        raise Unjudgeable(f"{path}: {error.why}", MADE_BY) from None
    if not isinstance(plan, dict) or not str(plan.get("format_version", "")).startswith("1."):
        raise Unjudgeable(f"{path}: is no plan", MADE_BY)
    return plan


def planned_environment(plan: Json) -> str | None:
    """The environment that a plan's resources are tagged with."""
    for change in _changes(plan):
        tags = change["change"]["after"].get("tags")
        if isinstance(tags, dict) and "Environment" in tags:
            return str(tags["Environment"])
    return None


def overlay(plan: Json, composed: Json) -> Json:
    """The resources of a plan: its values where it knows them, else what was synthesized.

    `composed` is the resolved stack. Only arguments in the code are taken from the plan, not what
    AWS computed. A value that the plan does not know or hides stays the expression that was
    synthesized. Both are written as templates, in which `${` of a plan's value is escaped. Raises
    Unjudgeable for a plan of something else.
    """
    if plan.get("errored"):
        raise Unjudgeable("the plan has errors, and is not complete")
    written = blocks(composed)
    resources: Json = {}
    for change in _changes(plan):
        address = f"{change['type']}.{change['name']}"
        if change.get("module_address") or address not in written:
            raise Unjudgeable(
                f"the plan has {change['address']}, which is not in what was synthesized",
                "plan again from the same settings, and name their environment",
            )
        after, body = escaped(change["change"]["after"]), written[address]
        unknown = change["change"].get("after_unknown") or {}
        hidden = change["change"].get("after_sensitive") or {}
        name = re.sub(r"\W+", "_", change["address"].partition(".")[2]).strip("_")
        resources.setdefault(change["type"], {})[name] = {
            key: value if key == "//" else _laid(key, value, after, unknown, hidden)
            for key, value in body.items()
        }
    if not resources:
        raise Unjudgeable("the plan has no resource")
    other_blocks: Json = {key: composed[key] for key in ("provider", "data") if key in composed}
    return {**other_blocks, "resource": resources}


def planned_values(plan: Json) -> Json:
    """Variables and outputs of a plan, in the form of a stack."""
    outputs = merged(plan.get("planned_values")).get("outputs") or {}
    return {
        "variable": {
            name: {"default": escaped(body.get("value"))}
            for name, body in (plan.get("variables") or {}).items()
        },
        "output": {name: {"value": escaped(body.get("value"))} for name, body in outputs.items()},
    }


def _shown(path: Path) -> Json:
    from strata.machine.folders import work_folder  # noqa: PLC0415
    from strata.terraform.binary import terraform  # noqa: PLC0415
    from strata.terraform.plugins import terraform_environment  # noqa: PLC0415
    from strata.terraform.process import Terraform  # noqa: PLC0415

    tool = Terraform(terraform(), terraform_environment(), work_folder() / "logs")
    return tool.show(path.parent, Path(path.name))


def _changes(plan: Json) -> Iterator[Json]:
    for change in plan.get("resource_changes") or []:
        if change.get("mode") == "managed" and isinstance(change["change"].get("after"), dict):
            yield change


def _laid(key: str | int, written: Any, after: Any, unknown: Any, hidden: Any) -> Any:
    """The plan's value at `key` of `after`, as far as `written` has it and the plan knows it."""
    unknown, hidden = _at(unknown, key, False), _at(hidden, key, False)
    value = _at(after, key, None)
    reference = isinstance(written, str) and _IDENTITY.fullmatch(written)
    if unknown is True or hidden is True or value is None or reference:
        return written
    if isinstance(value, list) and len(value) == 1 and isinstance(written, dict):
        value, unknown, hidden = value[0], _at(unknown, 0, False), _at(hidden, 0, False)
    if isinstance(value, dict) and isinstance(written, dict):
        return {k: _laid(k, v, value, unknown, hidden) for k, v in written.items()}
    if isinstance(value, list) and isinstance(written, list) and _open(unknown, hidden):
        # A set of blocks may be in another order here than in the code.
        same = len(value) == len(written)
        laid = [_laid(i, v, value, unknown, hidden) for i, v in enumerate(written)]
        return laid if same else written
    return _only(_keys(written), value)


def _keys(written: Any) -> set[str] | None:
    """The keys of blocks that were written; None for anything else."""
    blocks_ = written if isinstance(written, list) else [written]
    plain = bool(blocks_) and all(isinstance(block, dict) for block in blocks_)
    return {key for block in blocks_ for key in block} if plain else None


def _only(keys: set[str] | None, value: Any) -> Any:
    if keys is None or not isinstance(value, list):
        return value
    return [
        {k: v for k, v in block.items() if k in keys} if isinstance(block, dict) else block
        for block in value
    ]


def _at(value: Any, key: str | int, missing: Any) -> Any:
    if value is True:
        return True
    if isinstance(value, dict):
        return value.get(key, missing)
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        return value[key]
    return missing


def _open(*marks: Any) -> bool:
    """Whether anything below is unknown or hidden."""
    for mark in marks:
        if mark is True:
            return True
        inner = mark.values() if isinstance(mark, dict) else mark if isinstance(mark, list) else ()
        if _open(*inner):
            return True
    return False
