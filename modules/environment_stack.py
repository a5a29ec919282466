"""A stack whose resources are named by their path, with the naming done in Node.

CDKTF asks for the name of each element of a stack. An override in Python would be three further
messages between Node and Python for each resource, half of all that a synthesis sends. So the
override is JavaScript (`environment_stack.js`), and Node gets it as it gets CDKTF itself: as an
assembly of jsii, which describes the one class.
"""

import json
from pathlib import Path
from typing import Any

import jsii
from cdktf import TerraformStack
from cdktf._jsii import __jsii_assembly__ as library
from constructs import Construct
from jsii._runtime import kernel

from modules.tarball import packed
from strata.machine.private import PrivateFolder

NAME, VERSION = "strata", "1.0.0"
SCRIPT = Path(__file__).with_suffix(".js")
FOLDER = PrivateFolder()
"""Until this process ends: Node reads it later than it is told to (`modules/load_ahead.py`)."""


def load() -> None:
    """Give Node the assembly with the class; once for each Node process, after CDKTF's own."""
    tarball = FOLDER.path / f"{NAME}.tgz"
    tarball.write_bytes(packed(_package()))
    kernel.load(NAME, VERSION, str(tarball))


def _package() -> dict[str, bytes]:
    described = {"name": NAME, "version": VERSION, "main": "index.js"}
    files = {
        "package.json": json.dumps(described),
        "index.js": SCRIPT.read_text(encoding="utf-8").replace("LIBRARY", library.name),
        ".jsii": json.dumps(_assembly()),
    }
    return {f"package/{name}": text.encode() for name, text in files.items()}


def _assembly() -> dict[str, Any]:
    """The description of the class (jsii specification, "Assembly"), with what the runtime reads."""
    fqn = f"{NAME}.EnvironmentStack"
    parameters = [
        {"name": "scope", "type": {"fqn": "constructs.Construct"}},
        {"name": "id", "type": {"primitive": "string"}},
    ]
    stack = {
        "assembly": NAME,
        "base": f"{library.name}.TerraformStack",
        "fqn": fqn,
        "initializer": {"parameters": parameters},
        "kind": "class",
        "name": "EnvironmentStack",
    }
    return {
        "schema": "jsii/0.10.0",
        "name": NAME,
        "version": VERSION,
        "jsiiVersion": jsii.__jsii_runtime_version__,
        "dependencies": {library.name: library.version},
        "targets": {"js": {"npm": NAME}},
        "types": {fqn: stack},
    }


load()


class EnvironmentStack(
    TerraformStack, metaclass=jsii.JSIIMeta, jsii_type=f"{NAME}.EnvironmentStack"
):
    """A stack whose resources are named by their construct path below it, without a hash.

    `aws_vpc.network_vpc` is the same in a layer's stack and in the composed stack, and readable in
    a plan.
    """

    def __init__(self, scope: Construct, id: str) -> None:  # noqa: A002 - as CDKTF has it
        jsii.create(self.__class__, self, [scope, id])
