"""Synthesized files as the gate judges them: all of them readable, none left out."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from strata.errors import UsageError
from strata.settings.rules.secrets import SECRET_KEY, looks_secret
from strata.stacks import Json, blocks, merged

BLINDING = ("moved", "import")
"""Blocks for which checkov drops the whole file, with exit code 0."""


class Unjudgeable(UsageError):
    """Input on which the gate has no verdict; exit code 2, never 0."""


@dataclass(frozen=True)
class Environment:
    """The composed stack of an environment, and the stacks of its layers by name."""

    name: str
    path: Path
    composed: Json
    layers: Mapping[str, Json]


def read(folder: Path, names: list[str] | None = None) -> list[Environment]:
    """What `strata synth --out folder` wrote; of all environments, or of those in `names`."""
    found = sorted(p.parent.name for p in folder.glob("composed/*/cdk.tf.json"))
    missing = set(names or []) - set(found)
    if not found or missing:
        lacking = ", ".join(sorted(missing)) or "any environment"
        raise Unjudgeable(
            f"{folder} holds no composed stack of {lacking}",
            f"strata synth ENV... --out {folder}",
        )
    return [_environment(folder, name) for name in found if not names or name in names]


def _environment(folder: Path, name: str) -> Environment:
    path = folder / "composed" / name / "cdk.tf.json"
    composed = document(path)
    layers = {
        file.parent.name: document(file)
        for file in sorted(folder.glob("stacks/*/cdk.tf.json"))
        if file.parent.name.rpartition("-")[0] == name
    }
    held = [address for layer in layers.values() for address in blocks(layer)]
    wrong = sorted(set(held) ^ set(blocks(composed)))
    wrong += sorted({one for one in held if held.count(one) > 1})
    if wrong:
        raise Unjudgeable(
            f"{path}: the layers in {folder / 'stacks'} do not hold the same resources: "
            + ", ".join(wrong[:5]),
            f"strata synth {name} --out {folder}",
        )
    return Environment(name, path, composed, layers)


def document(path: Path) -> Json:
    """The JSON of one stack; raises Unjudgeable for what cannot be judged, naming the file."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Unjudgeable(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise Unjudgeable(f"{path}: is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise Unjudgeable(f"{path}: is not a Terraform document")
    blinding = [block for block in BLINDING if found.get(block)]
    terraform = found.get("terraform")
    for one in terraform if isinstance(terraform, list) else [terraform]:
        blinding += ["terraform.required_version"] if "required_version" in (one or {}) else []
    if blinding:
        raise Unjudgeable(f"{path}: checkov drops a file with {', '.join(blinding)}")
    try:
        held = blocks(found)
    except (AttributeError, TypeError):
        raise Unjudgeable(f"{path}: its resources are not written as Terraform has them") from None
    if not held:
        raise Unjudgeable(f"{path}: holds no resource")
    return found


def resolved(stack: Json) -> Json:
    """The stack without nulls, with locals and variables' defaults in their places.

    checkov takes a null for a value, and its checks see an expression where a local stands.
    """
    known = {f"local.{k}": v for k, v in merged(stack.get("locals")).items()}
    for name, body in merged(stack.get("variable")).items():
        default = merged(body).get("default")
        if default is not None:
            known[f"var.{name}"] = default
    plain: Json = {}
    for key in ("resource", "data"):
        for address, body in blocks(stack, key).items():
            kind, _, name = address.partition(".")
            plain.setdefault(key, {}).setdefault(kind, {})[name] = body
    return dict(_resolve({**stack, **plain}, known, 0))


def _resolve(found: Any, known: Json, depth: int) -> Any:
    if isinstance(found, dict):
        return {k: _resolve(v, known, depth) for k, v in found.items() if v is not None}
    if isinstance(found, list):
        return [_resolve(one, known, depth) for one in found if one is not None]
    if isinstance(found, str):
        whole = re.fullmatch(r"\$\{\s*((?:local|var)\.\w+)\s*\}", found)
        if whole and whole[1] in known and depth < 10:
            return _resolve(known[whole[1]], known, depth + 1)
    return found


def document_faults(environment: Environment) -> Iterator[tuple[str, str]]:
    """(check id, construct path or stack) of what stands outside of resources."""
    for name, layer in environment.layers.items():
        backend = merged(merged(layer.get("terraform")).get("backend")).get("s3")
        settings = merged(backend)
        if not (settings.get("encrypt") is True and settings.get("use_lockfile") is True):
            yield "STRATA_STATE_1", name.removeprefix(f"{environment.name}-")
    for stack in (environment.composed, *environment.layers.values()):
        for name, body in merged(stack.get("variable")).items():
            default = merged(body).get("default")
            if default and (SECRET_KEY.search(name) or looks_secret(str(default))):
                yield "STRATA_SECRET_2", f"variable {name}"
        for name, body in merged(stack.get("output")).items():
            text = str(merged(body).get("value"))
            literal = "${" not in text
            if (literal and looks_secret(text)) or re.search(
                r"\.(secret_string|password|auth_token|random_password)\}", text
            ):
                yield "STRATA_SECRET_3", f"output {name}"
