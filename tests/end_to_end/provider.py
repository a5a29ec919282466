"""One AWS provider for all that a module's tests have Terraform do.

Terraform starts the provider three times in each plan and hashes its 700 MB, which takes half of
its processor time. A provider that was started with `-debug` is attached to instead, by the
variable that it prints ("Debugging Providers" in Terraform's documentation; provider 5.100.0). It
is the same executable, in a process that goes on.

Where a test is about the processes, Terraform starts the provider, and ends it.
"""

import contextlib
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from strata.terraform.binary import terraform
from strata.terraform.plugins import PROVIDER, VERSION, terraform_environment
from strata.terraform.process import GARBAGE

VARIABLE = "TF_REATTACH_PROVIDERS"


def executable(folder: Path) -> Path:
    """The provider as `terraform init` in `folder` has it."""
    wanted = {"aws": {"source": PROVIDER, "version": VERSION}}
    folder.mkdir(parents=True)
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


@contextlib.contextmanager
def attached(folder: Path) -> Iterator[None]:
    """A provider that every Terraform of this process and its children uses, in the block.

    It asks the emulator that this process is aimed at when the block begins.
    """
    before = os.environ.pop("AWS_CA_BUNDLE", None), os.environ.get(VARIABLE)
    # Configured a second time, it refuses a bundle; and nothing here speaks TLS.
    with (folder / "provider.log").open("wb") as log:
        process = subprocess.Popen(
            [executable(folder / "provider"), "-debug"],
            env={**GARBAGE, **os.environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        assert process.stdout
        said = ""
        while not (found := re.search(rf"{VARIABLE}='(.*)'", said)):
            line = process.stdout.readline()
            assert line, said
            said += line
        os.environ[VARIABLE] = found[1]
        yield
    finally:
        process.terminate()
        process.wait()
        for name, value in zip(("AWS_CA_BUNDLE", VARIABLE), before, strict=True):
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
