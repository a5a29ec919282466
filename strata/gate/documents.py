"""Synthesized files for the gate: all of them readable, none left out."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from strata.documents import Json
from strata.documents.layers import OPTIONAL, STACK
from strata.documents.stacks import STAGE, blocks, construct_path, merged
from strata.errors import UsageError
from strata.gate.resolve import missing_layers, resolved
from strata.machine.files import Unreadable, bytes_of, json_of, text_of
from strata.synthesis import moved_blocks as moves

BLOCKS = frozenset(
    (
        "//", "terraform", "provider", "resource", "data", "ephemeral", "output", "variable",
        "locals", "import",
    )
)  # fmt: skip
"""The blocks that a document may have. For `moved` checkov drops the whole file, with exit code 0,
and for `import` too, which is hidden from it; a `module` would bring resources that nobody judges.
"""
IMPORT = frozenset(("to", "id", "provider", "for_each"))
PRODUCTION = "production"
TERRAFORM = frozenset(("//", "required_providers", "backend"))
"""The same within `terraform`; for `required_version` checkov drops the file too."""
ALSO_READ = ("*.tf", "*.tf.json", "terraform.tfvars*", "*.auto.tfvars*")
"""Other files that Terraform reads in the folder of a stack."""


class Unjudgeable(UsageError):
    """Input on which the gate has no verdict; exit code 2, never 0."""


@dataclass(frozen=True)
class Environment:
    """The composed stack of an environment, and the stacks of its layers by name."""

    name: str
    path: Path
    composed: Json
    layers: Mapping[str, Json]

    @cached_property
    def resolved(self) -> Json:
        """The composed stack, resolved; every part of a verdict reads this one."""
        return resolved(self.composed)

    @cached_property
    def resolved_layers(self) -> Mapping[str, Json]:
        """The stacks of its layers by name, resolved."""
        return {name: resolved(layer) for name, layer in self.layers.items()}

    @property
    def stage(self) -> str:
        """The stage of the environment; without one it is judged as production."""
        noted = self.composed.get("//")
        return str(noted.get(STAGE, PRODUCTION)) if isinstance(noted, dict) else PRODUCTION

    def construct(self, address: str) -> str:
        """The construct path below the stack of a resource or `data.` source, else its address."""
        for stack in (self.composed, *self.layers.values()):
            body = (
                blocks(stack, "data").get(address.removeprefix("data."))
                if address.startswith("data.")
                else blocks(stack).get(address)
            )
            if body and construct_path(body):
                return construct_path(body)
        return address


def read(folder: Path, names: list[str] | None = None) -> list[Environment]:
    """The environments that `strata synth --out folder` wrote; all, or those in `names`."""
    try:
        names_found = sorted(path.name for path in (folder / "composed").iterdir())
        stacks = sorted(path.name for path in (folder / "stacks").iterdir())
    except OSError as error:
        raise Unjudgeable(f"{error.filename}: {error.strerror}", synthesize_again(folder)) from None
    missing = sorted(set(names or []) - set(names_found))
    if not names_found or missing:
        raise Unjudgeable(
            f"{folder} has no composed stack of {', '.join(missing) or 'any environment'}",
            synthesize_again(folder),
        )
    stray = [
        name for name in stacks if names is None and name.rpartition("-")[0] not in names_found
    ]
    if stray:
        raise Unjudgeable(
            f"{folder / 'stacks' / stray[0]}: belongs to no composed stack in {folder}",
            synthesize_again(folder),
        )
    return [_environment(folder, name, stacks) for name in names or names_found]


def synthesize_again(folder: Path) -> str:
    """The command that writes a synthesis to a folder; ENV is the reader's to name, since the JSON
    does not say where its settings are."""
    return shlex.join(["strata", "synth", "ENV...", "--out", str(folder)])


def _environment(folder: Path, name: str, stacks: list[str]) -> Environment:
    path = folder / "composed" / name / "cdk.tf.json"
    composed = document(path)
    layers = {
        stack: document(folder / "stacks" / stack / "cdk.tf.json")
        for stack in stacks
        if stack.rpartition("-")[0] == name and _is_layer(folder / "stacks" / stack)
    }
    missing = missing_layers(name, composed, layers)
    if missing:
        raise Unjudgeable(f"{folder / 'stacks' / missing[0]}: is missing", synthesize_again(folder))
    addresses = [address for layer in layers.values() for address in blocks(layer)]
    twice = sorted({address for address in addresses if addresses.count(address) > 1})
    if twice:
        raise Unjudgeable(f"{folder / 'stacks'}: two layers of {name} hold {', '.join(twice[:5])}")
    return Environment(name, path, composed, layers)


def _is_layer(folder: Path) -> bool:
    """False for what is left of an optional layer that the environment has no more."""
    return not _optional(folder) or (folder / STACK).is_file()


def _optional(folder: Path) -> bool:
    """Whether a stack is that of an optional layer. Such a layer may hold nothing: that of one that
    was taken out of the code destroys what its state holds."""
    return folder.parent.name == "stacks" and folder.name.rpartition("-")[2] in OPTIONAL


def document(path: Path) -> Json:
    """The JSON of a stack; raises Unjudgeable, naming the file, if it cannot be judged."""
    try:
        parsed = json_of(bytes_of(path), distinct=True)
    except Unreadable as error:
        raise Unjudgeable(f"{path}: {error.why}") from None
    for file in sorted(file for pattern in ALSO_READ for file in path.parent.glob(pattern)):
        if file != path and not _only_moves(file):
            raise Unjudgeable(f"{file}: Terraform reads it, and no check does")
    try:
        unknown = sorted(set(parsed) - BLOCKS)
        unknown += [
            f"terraform.{key}" for key in sorted(set(merged(parsed.get("terraform"))) - TERRAFORM)
        ]
        resources = blocks(parsed)
        shapes = [*resources.values(), *blocks(parsed, "data").values()]
        astray = [block.get("to") for block in _imports(parsed) if not _is_import(block, resources)]
    except (AttributeError, TypeError):
        raise Unjudgeable(f"{path}: is not written as Terraform has it") from None
    if unknown:
        raise Unjudgeable(f"{path}: checkov cannot judge a file with {', '.join(unknown)}")
    if not resources and not _optional(path.parent):
        raise Unjudgeable(f"{path}: has no resource")
    if astray:
        raise Unjudgeable(
            f"{path}: an import names {astray[0]}, which is no resource here",
            "import into a resource of the same stack, where the gate judges it",
        )
    if not all(isinstance(body, dict) for body in shapes):
        raise Unjudgeable(f"{path}: is not written as Terraform has it")
    return dict(parsed)


def _imports(document_: Json) -> list[Json]:
    blocks_ = document_.get("import", [])
    return blocks_ if isinstance(blocks_, list) else [blocks_]


def _is_import(block: Json, resources: Mapping[str, Json]) -> bool:
    """Whether a block imports an existing object as a resource that is judged: the block creates
    nothing by itself."""
    return set(block) <= IMPORT and str(block.get("to")).partition("[")[0] in resources


def _only_moves(path: Path) -> bool:
    """Whether a file only has the earlier addresses of resources; it builds nothing."""
    try:
        return path.name == moves.NAME and moves.is_ours(text_of(path))
    except Unreadable:
        return False
