"""Checks that are switched off: arguments that Terraform must leave as they are."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from policies.explanations import explain
from strata.documents import Json
from strata.documents.stacks import blocks
from strata.gate.vocabulary import Words

IGNORING_CHECKS = {"STRATA_IGNORE_1": "Terraform corrects what a check reads"}
explain(
    "STRATA_IGNORE_1", "high",
    "What is unsafe on AWS stays so: Terraform ignores an argument that a check reads",
    "ignore_changes of what others move, such as a number of tasks; nothing that a check reads",
    "https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle",
)  # fmt: skip


def ignoring_faults(stack: Json, known: Mapping[str, Words]) -> Iterator[tuple[str, str]]:
    """(check, address) of the resources of a resolved stack that ignore what a check reads."""
    for address, body in blocks(stack).items():
        words = known.get(address.partition(".")[0])
        ignored = [
            argument for block in _listed(body.get("lifecycle")) if isinstance(block, dict)
            for argument in _listed(block.get("ignore_changes"))
        ]  # fmt: skip
        if words and not all(_may_ignore(str(argument), words) for argument in ignored):
            yield "STRATA_IGNORE_1", address


def _may_ignore(written: str, words: Words) -> bool:
    """Whether an argument, or all of a block, is neutral or managed elsewhere."""
    path = re.sub(r"\[[^\]]*\]|\$\{|\}", "", written).strip()
    if path in words.vocabulary.ignorable:
        return True
    below = {
        argument for argument in words.every if argument == path or argument.startswith(f"{path}.")
    }
    # An index is a key of a map, such as the tags.
    return bool(below) and below <= set(words.vocabulary.neutral)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
