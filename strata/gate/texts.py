"""Secrets in any text: arguments, JSON within text, user data, expressions, outputs."""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from policies.explanations import explain
from strata.documents import Json
from strata.documents.stacks import blocks
from strata.documents.templates import parts, read
from strata.resources.secrets import is_secret
from strata.resources.sensitive import secrets_of

SECRET_CHECKS = {
    "STRATA_SECRET_4": "No text of a resource contains a secret",
    "STRATA_SECRET_5": "No argument that the provider marks as sensitive has a value",
    "STRATA_SECRET_6": "No data source reads a secret's value",
}
explain(
    "STRATA_SECRET_4 STRATA_SECRET_5 STRATA_SECRET_6", "critical",
    "A secret value would be in Terraform's JSON, plan or state",
    "an ARN in Secrets Manager; a value that AWS makes; ephemeral, for a write-only argument",
    "https://developer.hashicorp.com/terraform/language/manage-sensitive-data",
)  # fmt: skip

ELSEWHERE = {
    "aws_ssm_parameter": frozenset(("value",)),
    "aws_ecs_task_definition": frozenset(("environment",)),
}
"""Arguments that other checks judge: STRATA_SECRET_1 by a parameter's type, STRATA_CONTAINER_6 a
container's variables, which settings may excuse."""
PUBLIC_PARAMETERS = "/aws/service/"
"""The path of AWS's public parameters in Systems Manager, such as the AMI of ECS."""
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')


def secret_faults(stack: Json) -> Iterator[tuple[str, str]]:
    """(check, address) of the secrets in the blocks of a resolved stack."""
    for kind in ("resource", "data", "ephemeral"):
        for address, body in blocks(stack, kind).items():
            place = address if kind == "resource" else f"{kind}.{address}"
            type_ = address.partition(".")[0]
            if kind == "data" and _reads(type_, body):
                yield "STRATA_SECRET_6", place
            if kind == "resource" and any(
                _has_value(body, path, type_) for path in secrets_of(type_)
            ):
                yield "STRATA_SECRET_5", place
            skipped = ELSEWHERE.get(type_, frozenset())
            if any(_is_secret(name, text) for name, text in _named_texts(body, skipped)):
                yield "STRATA_SECRET_4", place


# Most texts stand in several layers or environments.
_is_secret = lru_cache(4096)(is_secret)


def _reads(type_: str, body: Json) -> bool:
    if type_ == "aws_ssm_parameter":
        return not str(body.get("name")).startswith(PUBLIC_PARAMETERS)
    return bool(secrets_of(f"data.{type_}"))


def _has_value(blocks_: Any, path: str, type_: str) -> bool:
    """Whether a sensitive argument has a value; an ephemeral one is allowed if it is write-only."""
    if path in ELSEWHERE.get(type_, ()):
        return False
    name, _, below = path.partition(".")
    for block in blocks_ if isinstance(blocks_, list) else [blocks_]:
        if not isinstance(block, dict) or block.get(name) is None:
            continue
        value = block[name]
        if below:
            if _has_value(value, below, type_):
                return True
        elif value not in ("", [], {}) and not (name.endswith("_wo") and _is_ephemeral(str(value))):
            return True
    return False


def _is_ephemeral(template: str) -> bool:
    pieces = list(parts(template))
    return bool(pieces) and all(
        piece.expression and piece.text.strip().startswith("ephemeral.") for piece in pieces
    )


def _named_texts(body: Json, skipped: frozenset[str]) -> list[tuple[str, str]]:
    """(name, text) of every literal text in a block."""
    found: list[tuple[str, str]] = []
    _collect(body, "", skipped, found)
    return found


def _collect(data: Any, name: str, skipped: frozenset[str], found: list[tuple[str, str]]) -> None:
    if isinstance(data, dict):
        own_name = data.get("name", data.get("key"))
        for key, value in data.items():
            if key == "//" or key in skipped:
                continue
            text_name = own_name if isinstance(own_name, str) and key == "value" else str(key)
            _collect(value, text_name, skipped, found)
    elif isinstance(data, list):
        for item in data:
            _collect(item, name, skipped, found)
        words = [item for item in data if isinstance(item, str)]
        if len(words) > 1:
            # In `["--password", "x"]` only the order of the words shows the secret.
            found.append(("", " ".join(words)))
    elif isinstance(data, str):
        _collect_text(data, name, skipped, found)


def _collect_text(
    template: str, name: str, skipped: frozenset[str], found: list[tuple[str, str]]
) -> None:
    if template[:1] in ("{", "["):
        try:
            document = json.loads(template)
        except ValueError:
            pass
        else:
            _collect(document, name, skipped, found)
            return
    pieces = list(parts(template))
    if not any(piece.expression for piece in pieces):
        decoded = _decoded(template) if name.startswith("user_data") else ""
        found.append(("", decoded) if decoded else (name, read(template)))
        return
    for piece in pieces:
        if piece.expression:
            for literal in _LITERAL.findall(piece.text):
                found.append(("", literal.replace("\\n", "\n").replace('\\"', '"')))
        else:
            found.append(("", piece.text))


def _decoded(text: str) -> str:
    """Base64 as text; empty for a text that is not base64."""
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return ""
