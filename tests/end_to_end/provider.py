"""One AWS provider for all that a module's tests have Terraform do.

Terraform starts the provider three times in each plan and hashes its 700 MB, which takes half of
its processor time. A provider that was started with `-debug` is attached to instead, by the
variable that it prints ("Debugging Providers" in Terraform's documentation; provider 5.100.0). It
is the same executable, in a process that goes on.

It serves one configuration: of two, such as those of two regions, it keeps the one that it got last
for the resources of both.

What then remains is mostly that each Terraform reads the schemas of 1,500 types, 1.3 s of
processor time in both. `before_provider.py` answers that one call with the provider's own schemas
of the types in the gate's vocabulary, as `strata/terraform/schemas.py` does for `terraform show`;
another type is an error of Terraform's. It also repeats what the provider said of a configuration
of itself that it was asked about before. All other calls reach the provider.

Where a test is about the processes, or has two regions, Terraform starts the provider and ends it.
"""

import atexit
import contextlib
import functools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from strata.terraform.binary import terraform
from strata.terraform.plugins import PROVIDER, VERSION, terraform_environment
from strata.terraform.process import GARBAGE
from strata.terraform.schemas import REATTACH, SCRIPT, cut
from tests import ROOT

NODE = os.environ.get("JSII_NODE", "node")
BEFORE_IT = Path(__file__).with_name("before_provider.py")

SILENT = dict.fromkeys(
    ["TF_LOG_PROVIDER", *(f"TF_LOG_SDK{part}" for part in ("", "_FRAMEWORK", "_MUX", "_PROTO"))],
    "off",
)
"""A provider that Terraform has not started logs all that it can: 4,000 lines for a plan, a tenth
of its processor time."""

schemas: list[bytes] = []
"""Of `types`, once the first provider of this process was asked."""


@functools.cache
def executable() -> Path:
    """The provider as `terraform init` has it, in a folder that goes with this process."""
    wanted = {"aws": {"source": PROVIDER, "version": VERSION}}
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    (folder / "main.tf.json").write_text(json.dumps({"terraform": {"required_providers": wanted}}))
    subprocess.run(
        [terraform(), f"-chdir={folder}", "init", "-input=false"],
        env={**os.environ, **terraform_environment()},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    # Terraform links to the folder in a mirror, and glob does not follow.
    [place] = (folder / ".terraform" / "providers" / PROVIDER / VERSION).iterdir()
    [found] = place.glob("terraform-provider-aws_*")
    return found


def types() -> set[str]:
    """The types of resources and of data sources that a stack of ours may have."""
    files = (ROOT / "policies" / "vocabulary").glob("*aws_*.toml")
    return {file.stem.rpartition(".")[2] for file in files}


@contextlib.contextmanager
def with_fewer_schemas(provider: str) -> Iterator[str]:
    """A socket that offers the provider at the socket `provider` with the schemas of `types`."""
    # In a folder of pytest's the path may be too long for a socket.
    with tempfile.TemporaryDirectory() as private:
        whole, fewer, socket = (Path(private, name) for name in ("whole", "fewer", "socket"))
        if not schemas:
            subprocess.run([NODE, SCRIPT, "ask", provider, whole], check=True)
            schemas.append(cut(whole.read_bytes(), types()))
        fewer.write_bytes(schemas[0])
        with subprocess.Popen(
            [sys.executable, "-IS", BEFORE_IT, socket, provider, fewer],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                assert process.stdout
                assert process.stdout.readline() == "ready\n"
                yield str(socket)
            finally:
                process.terminate()


@contextlib.contextmanager
def attached(folder: Path) -> Iterator[None]:
    """A provider that every Terraform of this process and its children uses, in the block.

    It asks the emulator that this process is aimed at when the block begins.
    """
    before = os.environ.pop("AWS_CA_BUNDLE", None), os.environ.get(REATTACH)
    # Configured a second time, it refuses a bundle; and nothing here speaks TLS.
    with (folder / "provider.log").open("wb") as log:
        process = subprocess.Popen(
            [executable(), "-debug"],
            env={**GARBAGE, **SILENT, **os.environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        assert process.stdout
        said = ""
        while not (found := re.search(rf"{REATTACH}='(.*)'", said)):
            line = process.stdout.readline()
            assert line, said
            said += line
        reattach = json.loads(found[1])
        [about] = reattach.values()
        with with_fewer_schemas(about["Addr"]["String"]) as socket:
            about["Addr"]["String"] = socket
            os.environ[REATTACH] = json.dumps(reattach)
            yield
    finally:
        process.terminate()
        process.wait()
        for name, value in zip(("AWS_CA_BUNDLE", REATTACH), before, strict=True):
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
