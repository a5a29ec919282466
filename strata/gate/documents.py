"""Synthesized files as the gate judges them: all of them readable, none left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from strata.documents import Json
from strata.documents.stacks import STAGE, blocks, construct_path, merged
from strata.errors import UsageError
from strata.gate.resolve import missing_layers
from strata.machine.files import Unreadable, bytes_of, json_of, text_of
from strata.synthesis import moved_blocks as moves

BLOCKS = frozenset(
    (
        "//", "terraform", "provider", "resource", "data", "ephemeral", "output", "variable",
        "locals", "import",
    )
)  # fmt: skip
"""What a document may hold. For `moved` checkov drops the whole file, with exit code 0, and for
`import` too, which it is not shown; a `module` would bring resources that nobody looks at."""
IMPORT = frozenset(("to", "id", "provider", "for_each"))
PRODUCTION = "production"
TERRAFORM = frozenset(("//", "required_providers", "backend"))
"""The same within `terraform`; for `required_version` checkov drops the file too."""
ALSO_READ = ("*.tf", "*.tf.json", "terraform.tfvars*", "*.auto.tfvars*")
"""What else Terraform reads in the folder of a stack."""


class Unjudgeable(UsageError):
    """Input on which the gate has no verdict; exit code 2, never 0."""


@dataclass(frozen=True)
class Environment:
    """The composed stack of an environment, and the stacks of its layers by name."""

    name: str
    path: Path
    composed: Json
    layers: Mapping[str, Json]

    @property
    def stage(self) -> str:
        """What the environment is for; one that does not say so is judged as production."""
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
    """What `strata synth --out folder` wrote; of all environments, or of those in `names`."""
    try:
        found = sorted(path.name for path in (folder / "composed").iterdir())
        stacks = sorted(path.name for path in (folder / "stacks").iterdir())
    except OSError as error:
        raise Unjudgeable(
            f"{error.filename}: {error.strerror}", f"strata synth ENV... --out {folder}"
        ) from None
    missing = sorted(set(names or []) - set(found))
    if not found or missing:
        raise Unjudgeable(
            f"{folder} holds no composed stack of {', '.join(missing) or 'any environment'}",
            f"strata synth ENV... --out {folder}",
        )
    stray = [name for name in stacks if names is None and name.rpartition("-")[0] not in found]
    if stray:
        raise Unjudgeable(
            f"{folder / 'stacks' / stray[0]}: belongs to no composed stack in {folder}",
            f"strata synth ENV... --out {folder}",
        )
    return [_environment(folder, name, stacks) for name in names or found]


def _environment(folder: Path, name: str, stacks: list[str]) -> Environment:
    path = folder / "composed" / name / "cdk.tf.json"
    composed = document(path)
    layers = {
        stack: document(folder / "stacks" / stack / "cdk.tf.json")
        for stack in stacks
        if stack.rpartition("-")[0] == name
    }
    missing = missing_layers(name, composed, layers)
    if missing:
        raise Unjudgeable(
            f"{folder / 'stacks' / missing[0]}: is missing", f"strata synth {name} --out {folder}"
        )
    held = [address for layer in layers.values() for address in blocks(layer)]
    twice = sorted({one for one in held if held.count(one) > 1})
    if twice:
        raise Unjudgeable(f"{folder / 'stacks'}: two layers of {name} hold {', '.join(twice[:5])}")
    return Environment(name, path, composed, layers)


def document(path: Path) -> Json:
    """The JSON of one stack; raises Unjudgeable for what cannot be judged, naming the file."""
    try:
        found = json_of(bytes_of(path), distinct=True)
    except Unreadable as error:
        raise Unjudgeable(f"{path}: {error.why}") from None
    for other in sorted(one for pattern in ALSO_READ for one in path.parent.glob(pattern)):
        if other != path and not _only_moves(other):
            raise Unjudgeable(f"{other}: Terraform reads it, and no check does")
    try:
        unknown = sorted(set(found) - BLOCKS)
        unknown += [
            f"terraform.{key}" for key in sorted(set(merged(found.get("terraform"))) - TERRAFORM)
        ]
        held = blocks(found)
        shapes = [*held.values(), *blocks(found, "data").values()]
        astray = [one.get("to") for one in _imports(found) if not _is_import(one, held)]
    except (AttributeError, TypeError):
        raise Unjudgeable(f"{path}: is not written as Terraform has it") from None
    if unknown:
        raise Unjudgeable(f"{path}: checkov cannot judge a file with {', '.join(unknown)}")
    if not held:
        raise Unjudgeable(f"{path}: holds no resource")
    if astray:
        raise Unjudgeable(
            f"{path}: an import names {astray[0]}, which is no resource here",
            "import into a resource of the same stack, where the gate judges it",
        )
    if not all(isinstance(body, dict) for body in shapes):
        raise Unjudgeable(f"{path}: is not written as Terraform has it")
    return dict(found)


def _imports(found: Json) -> list[Json]:
    blocks_ = found.get("import", [])
    return blocks_ if isinstance(blocks_, list) else [blocks_]


def _is_import(block: Json, held: Mapping[str, Json]) -> bool:
    """Whether a block takes what stands into the state as a resource that is judged: it makes
    nothing by itself."""
    return set(block) <= IMPORT and str(block.get("to")).partition("[")[0] in held


def _only_moves(path: Path) -> bool:
    """Whether a file says no more than where a resource was before; nothing is built by it."""
    try:
        return path.name == moves.NAME and moves.is_ours(text_of(path))
    except Unreadable:
        return False
